/** Bytes taken from a stream as they are asked for, and a count of them. Holds what was asked for and a chunk. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);
  /** Bytes consumed so far: where the next one lies in the stream. */
  position = 0;

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#chunks = bytes[Symbol.asyncIterator]();
  }

  /** All bytes at hand, which stay to be read: at least `length`, or fewer where the stream ends. */
  async atLeast(length: number): Promise<Buffer> {
    const parts = [this.#held];
    let held = this.#held.length;
    while (held < length) {
      const chunk = await this.#pull();
      if (chunk === undefined) break;
      parts.push(chunk);
      held += chunk.length;
    }
    if (parts.length > 1) this.#held = Buffer.concat(parts);
    return this.#held;
  }

  /** The next `length` bytes, which stay to be read; fewer where the stream ends. */
  async peek(length: number): Promise<Buffer> {
    return (await this.atLeast(length)).subarray(0, length);
  }

  /** The next `length` bytes; fewer where the stream ends. */
  async read(length: number): Promise<Buffer> {
    const bytes = await this.peek(length);
    this.skip(bytes.length);
    return bytes;
  }

  /** Consumes `length` of the bytes at hand. */
  skip(length: number): void {
    this.#held = this.#held.subarray(length);
    this.position += length;
  }

  /** From 1 to `most` bytes, as the stream has them at hand; `undefined` at its end. */
  async chunk(most = Infinity): Promise<Buffer | undefined> {
    if (this.#held.length === 0) {
      const chunk = await this.#pull();
      if (chunk === undefined) return undefined;
      this.#held = chunk;
    }
    const bytes = this.#held.subarray(0, most);
    this.skip(bytes.length);
    return bytes;
  }

  /** Puts back the last bytes that were consumed. */
  unread(bytes: Buffer): void {
    this.#held = Buffer.concat([bytes, this.#held]);
    this.position -= bytes.length;
  }

  /** Lets go of the stream, so that its source can close. Not waited for, since a slow source may be asked for more just now. */
  close(): void {
    this.#chunks.return?.().catch(() => undefined);
  }

  /** The stream's next chunk that isn't empty. */
  async #pull(): Promise<Buffer | undefined> {
    for (;;) {
      const { done, value } = await this.#chunks.next();
      if (done) return undefined;
      if (value.length > 0) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
  }
}

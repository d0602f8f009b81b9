import { StageError } from '../error.ts';
import { Table } from './flatbuffer.ts';

/** A message of an Arrow IPC stream (https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format). */
export interface Message {
  /** The byte of the stream where it starts. */
  readonly at: number;
  readonly kind: 'schema' | 'dictionary' | 'batch';
  readonly header: Table;
  /** The message's own metadata, not the schema's. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Memory of its own, so that 8-byte aligned buffers can be viewed as typed arrays. */
  readonly body: Uint8Array;
}

const KINDS = { 1: 'schema', 2: 'dictionary', 3: 'batch' } as const;
const VERSION_4 = 3;
const LARGEST_METADATA = 2 ** 28;

/**
 * The messages up to the end-of-stream mark. Throws `TRUNCATED` where the mark is missing, also if the stream ends
 * exactly between two messages; `CORRUPT` for what is no message, or follows the mark; `UNSUPPORTED` for an Arrow file.
 */
export async function* readMessages(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Message> {
  const source = new Source(bytes);
  try {
    for (;;) {
      const at = source.position;
      const prefix = await source.take(8);
      checkPrefix(prefix, at);
      const size = new DataView(prefix.buffer).getInt32(4, true);
      if (size === 0) break;
      if (size < 0 || size > LARGEST_METADATA) throw corrupt(at, `a message with ${size} bytes of metadata`);
      const metadata = await source.takeAll(size);
      const head = decodeAt(at, () => toHead(metadata, at));
      yield { ...head, at, body: await source.takeAll(head.bodyLength) };
    }
    const end = source.position;
    if ((await source.take(1)).length > 0) {
      throw corrupt(
        end,
        'bytes after the end-of-stream mark',
        'two streams joined? vectorize their reviews together',
      );
    }
  } finally {
    await source.close();
  }
}

function checkPrefix(prefix: Uint8Array, at: number): void {
  const start = prefix.subarray(0, 4);
  if (at === 0 && Buffer.from(prefix).toString('latin1').startsWith('ARROW1')) {
    throw new StageError('UNSUPPORTED', 'an Arrow file, where an Arrow stream is needed', {
      hint: 'write it with pyarrow.ipc.new_stream, or write_ipc_stream in polars',
    });
  }
  if (start.some((byte) => byte !== 0xff)) throw corrupt(at, `no Arrow message starts with ${hex(start)}`);
  if (prefix.length < 8) throw truncated(at + prefix.length, at);
}

function toHead(bytes: Uint8Array, at: number) {
  const message = Table.root(bytes);
  const [version, type, header] = [message.int16(0), message.uint8(1), message.table(2)];
  const kind = KINDS[type as keyof typeof KINDS];
  if (kind === undefined || header === undefined) throw corrupt(at, `a message of unknown type ${type}`);
  if (version < VERSION_4) throw unsupported(`Arrow's format of 2017 or earlier (version ${version + 1})`);
  const metadata = new Map(message.tables(4).map((pair) => [pair.string(0) ?? '', pair.string(1) ?? '']));
  return { kind, header, metadata, bodyLength: message.count(3) };
}

/** Decodes a part of the message at `at`: what lies out of its bounds is damage. */
export function decodeAt<T>(at: number, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw corrupt(at, `a damaged message: ${cause.message}`, undefined, cause);
  }
}

export function corrupt(
  at: number,
  message: string,
  hint = 'expected an Arrow IPC stream',
  cause?: unknown,
): StageError {
  return new StageError('CORRUPT', message, { where: { byte: at }, hint, cause });
}

export function unsupported(message: string): StageError {
  return new StageError('UNSUPPORTED', message, {
    hint: 'write an uncompressed stream of id utf8, split utf8, label float32, indices list<uint32>, values list<float32>',
  });
}

const truncated = (end: number, at: number): StageError =>
  new StageError(
    'TRUNCATED',
    end === 0 ? 'no vectors: the input is empty' : 'the Arrow stream stops before its end',
    {
      where: { byte: end },
      hint: `its last whole message ends at byte ${at}, and no end-of-stream mark follows; make it again`,
    },
  );

const hex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');

/** Chunks of any sizes, taken in the sizes that are asked for. */
class Source {
  position = 0;
  #begun = 0;
  #rest: Uint8Array = new Uint8Array(0);
  readonly #chunks: AsyncIterator<Uint8Array>;

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#chunks = bytes[Symbol.asyncIterator]();
  }

  /** The next `size` bytes, fewer where the stream ends. Nothing is set aside for bytes that never come. */
  async take(size: number): Promise<Uint8Array<ArrayBuffer>> {
    const parts: Uint8Array[] = [];
    let length = 0;
    this.#begun = this.position;
    while (length < size) {
      if (this.#rest.length === 0) {
        const next = await this.#chunks.next();
        if (next.done) break;
        this.#rest = next.value;
      }
      const part = this.#rest.subarray(0, size - length);
      this.#rest = this.#rest.subarray(part.length);
      parts.push(part);
      length += part.length;
    }
    this.position += length;
    const taken = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      taken.set(part, at);
      at += part.length;
    }
    return taken;
  }

  async takeAll(size: number): Promise<Uint8Array<ArrayBuffer>> {
    const taken = await this.take(size);
    if (taken.length < size) throw truncated(this.position, this.#begun);
    return taken;
  }

  async close(): Promise<void> {
    await this.#chunks.return?.();
  }
}

import { StageError } from '../../error.ts';

/** A WebAssembly memory that is given away piece by piece. Every piece starts at a cache line, and is zero. */
export class Arena {
  readonly #memory: WebAssembly.Memory;
  #end: number;

  /** `start` is the first byte that is free. */
  constructor(memory: WebAssembly.Memory, start: number) {
    this.#memory = memory;
    this.#end = start;
  }

  /** The address of a new piece of so many bytes. Throws `UNSUPPORTED` where there is no more memory. */
  allocate(bytes: number): number {
    const address = Math.ceil(this.#end / LINE) * LINE;
    this.#end = address + bytes;
    const missing = this.#end - this.#memory.buffer.byteLength;
    if (missing > 0) this.#grow(Math.ceil(missing / PAGE));
    return address;
  }

  /** Where the next piece can lie; `release` takes back all that are given from then on. */
  get end(): number {
    return this.#end;
  }

  /** Takes back the pieces that were given since `end` was here. */
  release(end: number): void {
    new Uint8Array(this.#memory.buffer).fill(0, end, this.#end);
    this.#end = end;
  }

  #grow(pages: number): void {
    try {
      this.#memory.grow(pages);
    } catch (cause) {
      throw new StageError('UNSUPPORTED', 'the model and its rows take more than the 4 GB of WebAssembly', {
        hint: 'take fewer units or smaller batches, or let rows wait in a file with --shuffle-buffer 100000',
        cause,
      });
    }
  }

  /** A new piece with a copy of an array. */
  place(array: Float32Array | Int32Array | Uint16Array | Uint32Array): number {
    const address = this.allocate(array.byteLength);
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    new Uint8Array(this.#memory.buffer).set(bytes, address);
    return address;
  }

  /** Like `place`; but an array that has a buffer for itself which can shrink gives its memory back as it is copied, and is empty then. */
  move(array: Float32Array | Uint16Array | Uint32Array): number {
    const { buffer } = array;
    if (!(buffer instanceof ArrayBuffer && buffer.resizable) || array.byteLength < buffer.byteLength)
      return this.place(array);
    const address = this.allocate(array.byteLength);
    for (let begin = array.byteLength; begin > 0;) {
      begin = Math.max(0, begin - PORTION);
      this.bytes(address + begin, buffer.byteLength - begin).set(new Uint8Array(buffer, begin));
      buffer.resize(begin);
    }
    return address;
  }

  // Views are valid until the next piece is taken.

  bytes(address: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory.buffer, address, length);
  }

  floats(address: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, address, length);
  }

  doubles(address: number, length: number): Float64Array {
    return new Float64Array(this.#memory.buffer, address, length);
  }

  integers(address: number, length: number): Uint32Array {
    return new Uint32Array(this.#memory.buffer, address, length);
  }
}

/** A cache line, in bytes: rows of numbers that begin within one take as many as they must, and no more. */
const LINE = 64;

/** A WebAssembly memory's unit, in bytes. */
const PAGE = 65_536;

/** How many bytes are in both memories while an array moves. */
const PORTION = 1 << 24;

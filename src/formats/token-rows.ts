import type { Where } from '../error.ts';
import { outOfRange } from './bag-of-words.ts';
import { allocateIndices, type Indices, type VectorBatch } from './vector-batch.ts';

/**
 * The rows of reviews as they are added: of each the last `length` word numbers, in their order, with zeros in front of fewer, as
 * Keras's `pad_sequences` gives them.
 */
export class TokenRows {
  readonly #dimension: number;
  readonly #length: number;
  #indices: Indices;
  #end = 0;

  constructor(dimension: number, length: number) {
    this.#dimension = dimension;
    this.#length = length;
    this.#indices = allocateIndices(dimension, length);
  }

  /** Adds a row. Throws `OUT_OF_RANGE`, naming the review, for a number that is not below the dimension. */
  add(tokens: ArrayLike<number>, where: Where): void {
    const end = this.#end + this.#length;
    this.#reserve(end);
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      if (token >= this.#dimension) throw outOfRange(token, this.#dimension, where);
      const at = end - tokens.length + i;
      if (at >= this.#end) this.#indices[at] = token;
    }
    this.#end = end;
  }

  /** The rows that were added since the last time: `offsets` int32[rows + 1], multiples of the length, and their tokens. */
  take(): Omit<VectorBatch, 'ids' | 'splits' | 'labels'> {
    const offsets = Int32Array.from({ length: this.#end / this.#length + 1 }, (_, row) => row * this.#length);
    const indices = this.#indices.slice(0, this.#end);
    this.#indices.fill(0);
    this.#end = 0;
    const about = { dimension: this.#dimension, encoding: 'tokens', length: this.#length } as const;
    return { ...about, offsets, indices };
  }

  #reserve(length: number): void {
    if (length <= this.#indices.length) return;
    const grown = allocateIndices(this.#dimension, 2 * length);
    grown.set(this.#indices);
    this.#indices = grown;
  }
}

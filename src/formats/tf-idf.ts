import type { Indices, VectorBatch } from './vector-batch.ts';

/** In how many rows of `train` each column occurs, as batches are added. */
export class DocumentFrequencies {
  readonly #frequencies: Uint32Array;
  #documents = 0;

  constructor(dimension: number) {
    this.#frequencies = new Uint32Array(dimension);
  }

  /** The number of rows of `train`. */
  get documents(): number {
    return this.#documents;
  }

  add({ splits, offsets, indices }: VectorBatch): void {
    for (const [row, split] of splits.entries()) {
      if (split !== 'train') continue;
      this.#documents++;
      for (let i = offsets[row]!; i < offsets[row + 1]!; i++) this.#frequencies[indices[i]!]!++;
    }
  }

  /**
   * The inverse document frequencies, float32[dimension]: log(1 + documents / (1 + frequency)), as in Keras's `TextVectorization`.
   * It has no frequency of unknown words, and takes the mean of the others for them; here their number is one like any other.
   */
  inverse(): Float32Array {
    return Float32Array.from(this.#frequencies, (frequency) =>
      Math.log(1 + this.#documents / (1 + frequency)),
    );
  }
}

/** Counts, each times the inverse document frequency of its column: float32[nonzeros]. */
export const weigh = (counts: Float32Array, columns: Indices, idf: Float32Array): Float32Array =>
  counts.map((count, i) => count * idf[columns[i]!]!);

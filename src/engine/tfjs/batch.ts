import type { Rows } from '../rows.ts';

/**
 * Sums of rows: row `segments[i]` of the result gets row `indices[i]` of a matrix, times `values[i]`, for each i. That is the product
 * of a sparse matrix, `count` rows high, with the matrix. `segments` ascends, as TensorFlow's kernel wants it.
 */
export interface SegmentSum extends Entries {
  readonly count: number;
}

interface Entries {
  /** int32[nonzeros] */
  readonly indices: Int32Array;
  /** int32[nonzeros] */
  readonly segments: Int32Array;
  /** float32[nonzeros]; where they are missing, they are ones. */
  readonly values?: Float32Array;
}

/** Takes batches out of sparse rows. All its arrays live in buffers of its own, and are valid until the next `take`. */
export class Batcher {
  readonly #rows: Rows;
  readonly #ends: Int32Array;
  /** For a batch, and for the transposed one. */
  #buffers: readonly [Entries, Entries];

  constructor(rows: Rows) {
    this.#rows = rows;
    this.#ends = new Int32Array(rows.dimension);
    this.#buffers = [this.#allocate(0), this.#allocate(0)];
  }

  /** The rows with these numbers, in this order: the product of the batch with a matrix of a row for each column. */
  take(numbers: Uint32Array): SegmentSum {
    const { offsets, indices, values } = this.#rows;
    let total = 0;
    for (const row of numbers) total += offsets[row + 1]! - offsets[row]!;
    if (total > this.#buffers[0].indices.length) {
      // A little more than asked for, since the next batch may be a little larger.
      const length = Math.ceil(total * 1.25);
      this.#buffers = [this.#allocate(length), this.#allocate(length)];
    }
    const batch = firstOf(this.#buffers[0], total);
    let at = 0;
    for (let segment = 0; segment < numbers.length; segment++) {
      const row = numbers[segment]!;
      const begin = at;
      if (values !== undefined) batch.values!.set(values.subarray(offsets[row], offsets[row + 1]), at);
      for (let i = offsets[row]!; i < offsets[row + 1]!; i++) batch.indices[at++] = indices[i]!;
      batch.segments.fill(segment, begin, at);
    }
    return { count: numbers.length, ...batch };
  }

  /**
   * The product of the transposed batch with a matrix of a row for each of the batch's rows: the batch sorted by column
   * (a counting sort). TensorFlow sums in this order twice as fast as its `SparseSegmentSumGrad` does in the other.
   */
  transpose(batch: SegmentSum): SegmentSum {
    const ends = this.#ends.fill(0);
    for (const column of batch.indices) ends[column]!++;
    for (let column = 1; column < ends.length; column++) ends[column]! += ends[column - 1]!;
    const transposed = firstOf(this.#buffers[1], batch.indices.length);
    // From the end, so that equal columns keep the order of their rows.
    for (let i = batch.indices.length - 1; i >= 0; i--) {
      const column = batch.indices[i]!;
      const at = --ends[column]!;
      transposed.indices[at] = batch.segments[i]!;
      transposed.segments[at] = column;
      if (batch.values !== undefined) transposed.values![at] = batch.values[i]!;
    }
    return { count: ends.length, ...transposed };
  }

  #allocate(length: number): Entries {
    const entries = { indices: new Int32Array(length), segments: new Int32Array(length) };
    return this.#rows.values === undefined ? entries : { ...entries, values: new Float32Array(length) };
  }
}

const firstOf = ({ indices, segments, values }: Entries, length: number): Entries => ({
  indices: indices.subarray(0, length),
  segments: segments.subarray(0, length),
  ...(values && { values: values.subarray(0, length) }),
});

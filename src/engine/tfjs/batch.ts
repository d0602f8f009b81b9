import { countRows, slices, type Rows } from '../rows.ts';

/**
 * Sums of rows: row `segments[i]` of the result gets row `indices[i]` of a matrix, for each i. That is the product of
 * a sparse matrix of ones, `count` rows high, with the matrix. `segments` ascends, as TensorFlow's kernel wants it.
 */
export interface SegmentSum {
  readonly count: number;
  /** int32[nonzeros] */
  readonly indices: Int32Array;
  /** int32[nonzeros] */
  readonly segments: Int32Array;
}

/** Takes batches out of rows. All its arrays live in buffers of its own, and are valid until the next `take`. */
export class Batcher {
  readonly #rows: Rows;
  readonly #ends: Int32Array;
  #buffers = Array.from({ length: 4 }, () => new Int32Array(0));

  constructor(rows: Rows) {
    this.#rows = rows;
    this.#ends = new Int32Array(rows.dimension);
  }

  /** The rows with these numbers, in this order: the product of the batch with a matrix of a row for each column. */
  take(numbers: Uint32Array): SegmentSum {
    const { offsets, indices } = this.#rows;
    let total = 0;
    for (const row of numbers) total += offsets[row + 1]! - offsets[row]!;
    const [columns, segments] = this.#reserve(total);
    let at = 0;
    for (let segment = 0; segment < numbers.length; segment++) {
      const row = numbers[segment]!;
      const begin = at;
      for (let i = offsets[row]!; i < offsets[row + 1]!; i++) columns[at++] = indices[i]!;
      segments.fill(segment, begin, at);
    }
    return { count: numbers.length, indices: columns, segments };
  }

  /**
   * The product of the transposed batch with a matrix of a row for each of the batch's rows: the batch sorted by column
   * (a counting sort). TensorFlow sums in this order twice as fast as its `SparseSegmentSumGrad` does in the other.
   */
  transpose(batch: SegmentSum): SegmentSum {
    const ends = this.#ends.fill(0);
    for (const column of batch.indices) ends[column]!++;
    for (let column = 1; column < ends.length; column++) ends[column]! += ends[column - 1]!;
    const [, , rows, columns] = this.#reserve(batch.indices.length);
    // From the end, so that equal columns keep the order of their rows.
    for (let i = batch.indices.length - 1; i >= 0; i--) {
      const column = batch.indices[i]!;
      const at = --ends[column]!;
      rows[at] = batch.segments[i]!;
      columns[at] = column;
    }
    return { count: ends.length, indices: rows, segments: columns };
  }

  #reserve(length: number): [Int32Array, Int32Array, Int32Array, Int32Array] {
    if (length > this.#buffers[0]!.length) {
      // A little more than asked for, since the next batch may be a little larger.
      this.#buffers = this.#buffers.map(() => new Int32Array(Math.ceil(length * 1.25)));
    }
    return this.#buffers.map((buffer) => buffer.subarray(0, length)) as [
      Int32Array,
      Int32Array,
      Int32Array,
      Int32Array,
    ];
  }
}

/** All rows in their order, `size` at a time: the numbers of each batch. */
export function* inOrder(rows: Rows, size: number): Generator<Uint32Array> {
  yield* slices(
    Uint32Array.from({ length: countRows(rows) }, (_, row) => row),
    size,
  );
}

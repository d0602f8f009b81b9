import type { Split } from './review.ts';

/** Word numbers of a row: `uint16` where the dimension allows it. */
export type Indices = Uint16Array | Uint32Array;

/**
 * What the columns of a vector hold: of each word number, whether it occurs, how often, or that times its inverse document
 * frequency, by the names of Keras's `TextVectorization`; or, in `dense`, any numbers. In `tokens`, they are word numbers
 * themselves, in their order.
 */
export const ENCODINGS = ['multi-hot', 'count', 'tf-idf', 'dense', 'tokens'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** Whether such rows have `values`. */
export const hasValues = (encoding: Encoding): boolean => encoding !== 'multi-hot' && encoding !== 'tokens';

/**
 * Rows of a matrix. Sparse ones are in compressed sparse row form: row `r` has numbers in the columns
 * `indices[offsets[r]] … indices[offsets[r + 1] - 1]`, ascending and distinct, each below `dimension`. Of `dense` rows there are no
 * indices, and `offsets` are the multiples of `dimension`. Of `tokens`, `offsets` are the multiples of `length`, and `indices` are in any
 * order.
 */
export interface VectorBatch {
  readonly dimension: number;
  readonly encoding: Encoding;
  /** Of `tokens`: how many a row has. */
  readonly length?: number;
  readonly ids: readonly string[];
  readonly splits: readonly Split[];
  /** float32[rows]: the number of each row's class, from 0 */
  readonly labels: Float32Array;
  /** int32[rows + 1], starting with 0 */
  readonly offsets: Int32Array;
  readonly indices: Indices;
  /** What is in the columns, finite: row `r` has `values[offsets[r]] … values[offsets[r + 1] - 1]`. Not of `multi-hot`, whose are ones, and `tokens`. */
  readonly values?: Float32Array;
  /** Of `tf-idf`, float32[dimension]: what a count in each column was multiplied by, where that is known. */
  readonly idf?: Float32Array;
}

/** The kind of array for indices below `dimension`, as narrow as it can be. */
export const indicesType = (dimension: number): typeof Uint16Array | typeof Uint32Array =>
  dimension <= 65_536 ? Uint16Array : Uint32Array;

/** An array for `length` indices below `dimension`. */
export const allocateIndices = (dimension: number, length: number): Indices =>
  new (indicesType(dimension))(length);

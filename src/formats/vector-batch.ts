import type { Split } from './review.ts';

/** Word numbers of a row: `uint16` where the dimension allows it. */
export type Indices = Uint16Array | Uint32Array;

/** How the columns of a vector came about. */
export const ENCODINGS = ['multi-hot', 'tokens'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/**
 * Rows of the sparse matrix, in compressed sparse row form: row `r` has ones in the columns
 * `indices[offsets[r]] … indices[offsets[r + 1] - 1]`, ascending and distinct, each below `dimension`.
 */
export interface VectorBatch {
  readonly dimension: number;
  readonly encoding: Encoding;
  readonly ids: readonly string[];
  readonly splits: readonly Split[];
  /** float32[rows], 0 or 1 */
  readonly labels: Float32Array;
  /** int32[rows + 1], starting with 0 */
  readonly offsets: Int32Array;
  readonly indices: Indices;
}

/** The kind of array for indices below `dimension`, as narrow as it can be. */
export const indicesType = (dimension: number): typeof Uint16Array | typeof Uint32Array =>
  dimension <= 65_536 ? Uint16Array : Uint32Array;

/** An array for `length` indices below `dimension`. */
export const allocateIndices = (dimension: number, length: number): Indices =>
  new (indicesType(dimension))(length);

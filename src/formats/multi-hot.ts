import { StageError } from '../error.ts';
import { allocateIndices, type Indices } from './vectors.ts';

/** A review to encode. */
export interface Tokens {
  readonly id: string;
  readonly tokens: ArrayLike<number>;
}

/** Rows in compressed sparse row form, as in `VectorBatch`. */
export interface MultiHot {
  /** int32[rows + 1] */
  readonly offsets: Int32Array;
  readonly indices: Indices;
}

/**
 * Encodes each review as the ascending, distinct word numbers in it.
 * Throws `OUT_OF_RANGE`, naming the review, for a number that is not below `dimension`.
 */
export function multiHot(rows: readonly Tokens[], dimension: number): MultiHot {
  const distinct = rows.map(({ id, tokens }) => {
    const sorted = Uint32Array.from(tokens).sort();
    const largest = sorted.at(-1) ?? 0;
    if (largest < dimension) return sorted.filter((token, i) => token !== sorted[i - 1]);
    throw new StageError('OUT_OF_RANGE', `word number ${largest} is not below the dimension, ${dimension}`, {
      where: { record: id, field: 'tokens' },
      hint: `\`sluice decode --words ${dimension}\` gives only numbers below ${dimension}`,
    });
  });
  const offsets = new Int32Array(rows.length + 1);
  for (const [row, { length }] of distinct.entries()) offsets[row + 1] = offsets[row]! + length;
  const indices = allocateIndices(dimension, offsets.at(-1)!);
  for (const [row, tokens] of distinct.entries()) indices.set(tokens, offsets[row]!);
  return { offsets, indices };
}

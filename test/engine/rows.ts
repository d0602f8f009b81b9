import fc from 'fast-check';
import type { Rows } from '../../src/engine/rows.ts';
import { allocateIndices } from '../../src/formats/vector-batch.ts';

/** Sparse rows of ones in these columns; all labels are 0 unless given. */
export function rowsOf(dimension: number, columns: readonly (readonly number[])[], labels?: number[]): Rows {
  const indices = allocateIndices(dimension, columns.flat().length);
  indices.set(columns.flat());
  const offsets = Int32Array.of(0, ...columns.map((_, row) => columns.slice(0, row + 1).flat().length));
  return {
    dimension,
    encoding: 'multi-hot',
    labels: Float32Array.from(labels ?? columns.map(() => 0)),
    offsets,
    indices,
  };
}

/** Rows of a random matrix of zeros and ones: the columns of each row's ones, ascending. */
export const anyMatrix = fc.integer({ min: 1, max: 12 }).chain((dimension) =>
  fc.record({
    dimension: fc.constant(dimension),
    columns: fc.array(
      fc.uniqueArray(fc.nat(dimension - 1)).map((row) => row.sort((a, b) => a - b)),
      { minLength: 1, maxLength: 20 },
    ),
  }),
);

import fc from 'fast-check';
import { countRows, type Rows } from '../../src/engine/rows.ts';
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

/** The rows with other numbers in their columns. */
export function withValues(rows: Rows, valueAt: (row: number, column: number) => number): Rows {
  const values = new Float32Array(rows.indices.length);
  for (let row = 0; row < countRows(rows); row++)
    for (let i = rows.offsets[row]!; i < rows.offsets[row + 1]!; i++)
      values[i] = valueAt(row, rows.indices[i]!);
  return { ...rows, encoding: 'tf-idf', values };
}

/** The rows with all their numbers. */
export function asDense(rows: Rows): Rows {
  const { dimension, labels, offsets, indices } = rows;
  const values = new Float32Array(labels.length * dimension);
  for (let row = 0; row < labels.length; row++)
    for (let i = offsets[row]!; i < offsets[row + 1]!; i++)
      values[row * dimension + indices[i]!] = rows.values === undefined ? 1 : rows.values[i]!;
  return {
    dimension,
    encoding: 'dense',
    labels,
    offsets: Int32Array.from({ length: labels.length + 1 }, (_, row) => row * dimension),
    indices: allocateIndices(dimension, 0),
    values,
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

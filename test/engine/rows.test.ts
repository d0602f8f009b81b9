import { describe, expect, test } from 'vitest';
import { checkDimension, collectRows, countRows, slices } from '../../src/engine/rows.ts';
import type { Split } from '../../src/formats/review.ts';
import type { VectorBatch } from '../../src/formats/vector-batch.ts';
import { streamOf } from '../streams.ts';
import { rowsOf } from './rows.ts';

const batch = (splits: Split[], columns: number[][], dimension = 9): VectorBatch => ({
  ...rowsOf(
    dimension,
    columns,
    columns.map((_, row) => row % 2),
  ),
  splits,
  ids: splits.map((split, row) => `${split}/${row}`),
});

describe('collectRows', () => {
  test('keeps the rows of each group of splits over all batches, in their order', async () => {
    const batches = streamOf(
      batch(['train', 'test', 'validation'], [[1, 2], [3], [4]]),
      batch([], []),
      batch(['validation', 'train'], [[], [5, 6, 7]]),
    );
    const [fit, both] = await collectRows(batches, ['train'], ['train', 'validation']);
    expect(fit).toEqual(
      rowsOf(
        9,
        [
          [1, 2],
          [5, 6, 7],
        ],
        [0, 1],
      ),
    );
    expect(both).toEqual(rowsOf(9, [[1, 2], [4], [], [5, 6, 7]], [0, 0, 0, 1]));
  });

  test('gives no rows for splits that are not there', async () => {
    const [none] = await collectRows(streamOf(batch(['train'], [[1]])), ['test']);
    expect(countRows(none)).toBe(0);
    expect(none.dimension).toBe(9);
  });

  test('takes four bytes an index where two are not enough', async () => {
    const wide = { ...batch(['train'], [[1]], 70_000), indices: Uint32Array.of(69_999) };
    const [rows] = await collectRows(streamOf(wide), ['train']);
    expect(rows.indices).toEqual(Uint32Array.of(69_999));
  });

  test('refuses a dimension that changes, naming the record', async () => {
    const batches = streamOf(batch(['train'], [[1]]), batch(['test'], [[1]], 5));
    await expect(collectRows(batches, ['train'])).rejects.toMatchObject({
      code: 'BAD_VALUE',
      message: 'a batch of multi-hot, dimension 5 after one of multi-hot, dimension 9',
      where: { record: 'test/0' },
    });
  });

  test('refuses a stream without a batch', async () => {
    await expect(collectRows(streamOf(), ['train'])).rejects.toMatchObject({ code: 'TRUNCATED' });
  });
});

test('checkDimension tells both dimensions and what to do', () => {
  expect(() => checkDimension({ dimension: 9 }, rowsOf(9, []))).not.toThrow();
  expect(() => checkDimension({ dimension: 10_000 }, rowsOf(9, []))).toThrow(
    /dimension 9, .* dimension 10000/,
  );
});

test('slices of an order are of one size; the last may be shorter', () => {
  expect([...slices(Uint32Array.of(4, 3, 2, 1, 0), 2)].map((slice) => [...slice])).toEqual([
    [4, 3],
    [2, 1],
    [0],
  ]);
});

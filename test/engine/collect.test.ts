import { describe, expect, test } from 'vitest';
import { collectRows } from '../../src/engine/collect.ts';
import { countRows } from '../../src/engine/rows.ts';
import type { Split } from '../../src/formats/review.ts';
import type { VectorBatch } from '../../src/formats/vector-batch.ts';
import { streamOf } from '../streams.ts';
import { asDense, rowsOf, withValues } from './rows.ts';

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

  test.each(['tf-idf', 'dense'] as const)('keeps the values of the rows, too: %s', async (encoding) => {
    const part = (splits: Split[], columns: number[][], labels: number[]): VectorBatch => {
      const sparse = withValues(rowsOf(9, columns, labels), (row, column) => row + column / 8);
      const rows = encoding === 'dense' ? asDense(sparse) : { ...sparse, idf };
      return { ...rows, splits, ids: splits.map((_, row) => `${row}`) };
    };
    const idf = new Float32Array(9).fill(2);
    const batches = streamOf(
      part(['test', 'train', 'train'], [[0], [1, 2], []], [0, 0, 1]),
      part(['train', 'test'], [[5, 6, 7], [8]], [1, 0]),
    );
    const [train, test] = await collectRows(batches, ['train'], ['test']);
    const { ids: _, splits: __, ...expected } = part([], [[0], [8]], [0, 0]);
    const lastRow = encoding === 'dense' ? [...expected.values!.subarray(0, 17), 2] : [0, 2];
    expect(test).toEqual({ ...expected, values: Float32Array.from(lastRow) });
    expect(train.labels).toEqual(Float32Array.of(0, 1, 1));
    expect([...train.values!].filter((value) => value !== 0)).toEqual([1.125, 1.25, 0.625, 0.75, 0.875]);
    expect(train.offsets).toEqual(
      encoding === 'dense' ? Int32Array.of(0, 9, 18, 27) : Int32Array.of(0, 2, 2, 5),
    );
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
      message: 'a batch of dimension 5 (multi-hot) after one of dimension 9 (multi-hot)',
      where: { record: 'test/0' },
    });
  });

  test('refuses more than WebAssembly can address', async () => {
    const endless = { subarray: () => ({ length: 2 ** 30 + 1 }) } as unknown as Float32Array;
    const rows = { ...batch(['train'], [[1]]), encoding: 'count', values: endless } as const;
    await expect(collectRows(streamOf(rows), ['train'])).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      hint: expect.stringContaining('--shuffle-buffer') as string,
    });
  });

  test('refuses a stream without a batch', async () => {
    await expect(collectRows(streamOf(), ['train'])).rejects.toMatchObject({ code: 'TRUNCATED' });
  });
});

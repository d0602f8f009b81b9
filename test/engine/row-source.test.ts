import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gatherRows } from '../../src/engine/gather.ts';
import { heldRows, type RowSource } from '../../src/engine/row-source.ts';
import { countRows, type Rows } from '../../src/engine/rows.ts';
import type { Split } from '../../src/formats/review.ts';
import type { VectorBatch } from '../../src/formats/vector-batch.ts';
import { streamOf } from '../streams.ts';
import { asDense, rowsOf as sparseRowsOf, withValues } from './rows.ts';

/** Rows that are told apart by their columns: the row of number i has its one in the column i. */
const rowsOf = (numbers: readonly number[]): Rows => ({
  dimension: 60_000,
  encoding: 'multi-hot',
  labels: Float32Array.from(numbers, (number) => number % 2),
  offsets: Int32Array.from({ length: numbers.length + 1 }, (_, row) => row),
  indices: Uint16Array.from(numbers),
});

const range = (count: number): number[] => Array.from({ length: count }, (_, row) => row);

/** Batches of some rows each, with some of `validation` among those of `train`. */
function batchesOf(sizes: readonly number[], isValidation: (row: number) => boolean): VectorBatch[] {
  let first = 0;
  return sizes.map((size) => {
    const numbers = Array.from({ length: size }, () => first++);
    const splits = numbers.map((row): Split => (isValidation(row) ? 'validation' : 'train'));
    return { ...rowsOf(numbers), splits, ids: numbers.map(String) };
  });
}

/** Which rows an epoch takes, in its order, part by part. */
async function takenBy(source: RowSource, epoch: number): Promise<number[][]> {
  const parts: number[][] = [];
  for await (const { rows, order } of source.shuffled(epoch)) {
    expect(countRows(rows)).toBe(order.length);
    parts.push(Array.from(order, (row) => rows.indices[rows.offsets[row]!]!));
    for (const row of order) expect(rows.labels[row]).toBe(rows.indices[rows.offsets[row]!]! % 2);
  }
  return parts;
}

const wanted = { fit: ['train'], validate: ['validation'], batchSize: 512, seed: 7 } as const;

describe('rows in memory', () => {
  test('come in an order that the seed and the epoch decide, whichever epochs were asked for', async () => {
    const one = heldRows(rowsOf(range(50)), 3);
    const [first, second] = [await takenBy(one, 1), await takenBy(one, 2)];
    expect(first).not.toEqual(second);
    expect(await takenBy(heldRows(rowsOf(range(50)), 3), 2)).toEqual(second);
    expect(await takenBy(heldRows(rowsOf(range(50)), 4), 1)).not.toEqual(first);
  });
});

describe('rows on the disk', () => {
  test('are those of the stream, each once an epoch, and in their order for a judgement', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 1500 }), { minLength: 1, maxLength: 4 }),
        fc.constantFrom(1, 64, 700, 1024, 2000),
        fc.constantFrom(1, 1024, 3000),
        async (sizes, batchSize, shuffleBuffer) => {
          const isValidation = (row: number): boolean => row % 3 === 1;
          const all = range(sizes.reduce((sum, size) => sum + size, 0));
          const batches = streamOf(...batchesOf(sizes, isValidation));
          const gathered = await gatherRows(batches, {
            ...wanted,
            batchSize,
            shuffleBuffer: Math.max(batchSize, shuffleBuffer),
          });
          const train = all.filter((row) => !isValidation(row));
          expect(gathered.rows.count).toBe(train.length);
          const parts = await takenBy(gathered.rows, 1);
          expect(parts.flat().toSorted((a, b) => a - b)).toEqual(train);
          // Only an epoch's last batch is smaller than the others.
          for (const part of parts.slice(0, -1)) expect(part.length % batchSize).toBe(0);
          const judged: number[] = [];
          for await (const { indices } of gathered.validation.inOrder()) judged.push(...indices);
          expect(judged).toEqual(all.filter(isValidation));
          await gathered.close();
        },
      ),
      { numRuns: 30 },
    );
  });

  test.each(['tf-idf', 'dense'] as const)('have their values: %s', async (encoding) => {
    const valueOf = (row: number, column: number): number => 1 + row + column / 8;
    const part = (first: number, size: number): VectorBatch => {
      const columns = Array.from({ length: size }, (_, row) => [first + row, 2999]);
      const sparse = withValues(sparseRowsOf(3000, columns), (row, column) => valueOf(first + row, column));
      const rows = encoding === 'dense' ? asDense(sparse) : sparse;
      return { ...rows, splits: columns.map(() => 'train'), ids: columns.map(String) };
    };
    const gathered = await gatherRows(streamOf(part(0, 800), part(800, 800)), {
      ...wanted,
      shuffleBuffer: 512,
    });
    const seen = new Set<number>();
    for await (const { rows } of gathered.rows.shuffled(1))
      for (let row = 0; row < countRows(rows); row++) {
        const values = rows.values!.subarray(rows.offsets[row], rows.offsets[row + 1]);
        const numbers = encoding === 'dense' ? values.filter((value) => value !== 0) : values;
        const number = Math.floor(numbers[1]! - 1 - 2999 / 8);
        expect([...numbers]).toEqual([valueOf(number, number), valueOf(number, 2999)]);
        seen.add(number);
      }
    expect(seen.size).toBe(1600);
    await gathered.close();
  });

  test('are held up to a number, and mixed from all over the stream', async () => {
    const batches = streamOf(...batchesOf([4096], () => false));
    const gathered = await gatherRows(batches, { ...wanted, shuffleBuffer: 2048 });
    const { rows } = gathered;
    const parts = await takenBy(rows, 1);
    expect(parts.map((part) => part.length)).toEqual([2048, 2048]);
    expect(parts).toEqual(await takenBy(rows, 1));
    expect(parts).not.toEqual(await takenBy(rows, 2));
    // Which of the four blocks are together first.
    const pairs = new Set<string>();
    for (let epoch = 1; epoch <= 6; epoch++) {
      const [part] = await takenBy(rows, epoch);
      pairs.add([...new Set(part!.map((row) => Math.floor(row / 1024)))].toSorted((x, y) => x - y).join());
    }
    expect(pairs.size).toBeGreaterThan(1);
    await gathered.close();
  });

  test('are refused a buffer that holds no batch', async () => {
    const gathering = gatherRows(streamOf(...batchesOf([3], () => false)), { ...wanted, shuffleBuffer: 511 });
    await expect(gathering).rejects.toMatchObject({
      code: 'USAGE',
      message: 'shuffleBuffer is 511, and a batch has 512 rows',
    });
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SPLITS, type Split } from '../../src/formats/review.ts';
import type { VectorBatch } from '../../src/formats/vector-batch.ts';
import { split } from '../../src/stages/split.ts';
import { chunked, collect, streamOf } from '../streams.ts';
import { quiet, through } from './through.ts';

const golden = new URL('../files/split/', import.meta.url);
const file = (testCase: string, name: string): Buffer => readFileSync(new URL(`${testCase}/${name}`, golden));

interface Row {
  readonly split: Split;
  readonly label: number;
}

const toBatch = (rows: readonly Row[], first = 0): VectorBatch => ({
  dimension: 10,
  encoding: 'multi-hot',
  ids: rows.map((_, row) => `row/${first + row}`),
  splits: rows.map((row) => row.split),
  labels: Float32Array.from(rows, (row) => row.label),
  offsets: Int32Array.from({ length: rows.length + 1 }, (_, row) => row),
  indices: Uint16Array.from(rows, (_, row) => row % 10),
});

const defaults = { validation: 10_000, shuffle: false, stratify: false, seed: 1 };

const run = (batches: readonly VectorBatch[], options: Partial<typeof defaults>): Promise<VectorBatch[]> =>
  collect(split.run(streamOf(...batches), { ...defaults, ...options }, quiet));

/** The splits of the rows, over all batches. */
async function splitsOf(rows: readonly Row[], options: Partial<typeof defaults>): Promise<Split[]> {
  const half = rows.length >> 1;
  const batches = await run([toBatch(rows.slice(0, half)), toBatch(rows.slice(half), half)], options);
  return batches.flatMap(({ splits }) => splits);
}

const train = (length: number, label: (row: number) => boolean = () => false): Row[] =>
  Array.from({ length }, (_, row) => ({ split: 'train', label: label(row) ? 1 : 0 }));

const chosen = (splits: readonly Split[]): number[] =>
  splits.flatMap((name, row) => (name === 'validation' ? [row] : []));

const anyRow = fc.record({
  split: fc.constantFrom(...SPLITS),
  label: fc.nat(3),
});

describe('split', () => {
  test.each(readdirSync(golden))('gives the bytes of the golden file: %s', async (testCase) => {
    const options = JSON.parse(file(testCase, 'options.json').toString()) as object;
    const output = await collect(through(split, options, chunked(file(testCase, 'input.arrows'))));
    expect(Buffer.concat(output).equals(file(testCase, 'expected.arrows'))).toBe(true);
  });

  test('marks the first rows of train, and leaves test and earlier validation rows alone', async () => {
    const rows: Row[] = (['test', 'train', 'validation', 'train', 'train', 'test'] as const).map((name) => ({
      split: name,
      label: 0,
    }));
    expect(await splitsOf(rows, { validation: 2 })).toEqual([
      'test',
      'validation',
      'validation',
      'validation',
      'train',
      'test',
    ]);
    expect(await splitsOf(rows, { validation: 0 })).toEqual(rows.map((row) => row.split));
  });

  test('whatever the options, rows keep their place, and as many rows of train are marked as were asked for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRow, { maxLength: 30 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.record({ shuffle: fc.boolean(), stratify: fc.boolean(), seed: fc.nat() }),
        async (rows, share, options) => {
          const trains = rows.filter((row) => row.split === 'train').length;
          const validation = Math.floor(share * trains);
          const before = toBatch(rows);
          const [after] = await run([before], { ...options, validation });
          expect({ ...after, splits: before.splits }).toEqual(before);
          const changed = after!.splits.filter((name, row) => name !== before.splits[row]);
          expect(changed).toEqual(Array(validation).fill('validation'));
          expect(after!.splits.filter((name) => name === 'train')).toHaveLength(trains - validation);
        },
      ),
    );
  });

  test('a fraction is a share of the rows of train, rounded', async () => {
    expect(chosen(await splitsOf(train(10), { validation: 0.25 }))).toEqual([0, 1, 2]);
    expect(chosen(await splitsOf(train(10), { validation: 0.01 }))).toEqual([]);
  });

  test('shuffle draws other rows for another seed, the same for the same', async () => {
    const draw = async (seed: number): Promise<number[]> =>
      chosen(await splitsOf(train(100), { validation: 10, shuffle: true, seed }));
    expect(await draw(1)).toEqual(await draw(1));
    expect(await draw(1)).not.toEqual(await draw(2));
    expect(await draw(1)).not.toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('shuffle draws every row equally often', async () => {
    const counts = Array<number>(8).fill(0);
    for (let seed = 0; seed < 2000; seed++) {
      const splits = await splitsOf(train(8), { validation: 2, shuffle: true, seed });
      for (const row of chosen(splits)) counts[row]!++;
    }
    // 500 are expected of each, with a standard deviation of 19.4.
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(100);
  });

  test.each([
    // Of 10 rows 7 are of label 0. Quotas of 3 rows: 2.1 and 0.9; of 5: 3.5 and 1.5, where the lower label wins.
    [3, [0, 1, 7]],
    [5, [0, 1, 2, 3, 7]],
    [10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ])('stratify gives %d rows by largest remainder, the first of each label', async (validation, expected) => {
    const splits = await splitsOf(
      train(10, (row) => row >= 7),
      { validation, stratify: true },
    );
    expect(chosen(splits)).toEqual(expected);
  });

  test('shuffle and stratify together keep the share of labels', async () => {
    const rows = train(100, (row) => row % 4 === 0);
    const drawn = chosen(await splitsOf(rows, { validation: 20, shuffle: true, stratify: true }));
    expect(drawn.filter((row) => row % 4 === 0)).toHaveLength(5);
    expect(drawn).toHaveLength(20);
  });

  test('stratify takes any labels', async () => {
    const rows = train(30).map((row, i) => ({ ...row, label: [0, 7, 65_535][i % 3]! }));
    const drawn = chosen(await splitsOf(rows, { validation: 6, shuffle: true, stratify: true }));
    for (const third of [0, 1, 2]) expect(drawn.filter((row) => row % 3 === third)).toHaveLength(2);
  });

  test('without shuffle and stratify, a whole number streams', async () => {
    let asked = 0;
    async function* batches(): AsyncGenerator<VectorBatch> {
      for (;;) {
        asked++;
        yield toBatch(train(4));
      }
    }
    for await (const batch of split.run(batches(), { ...defaults, validation: 3 }, quiet)) {
      expect(chosen(batch.splits)).toEqual([0, 1, 2]);
      break;
    }
    expect(asked).toBe(1);
  });

  test.each([{}, { shuffle: true }, { stratify: true }])(
    'more than there are is an error that says how many there are: %o',
    async (options) => {
      await expect(splitsOf(train(7), { ...options, validation: 8 })).rejects.toMatchObject({
        code: 'OUT_OF_RANGE',
        message: '8 rows are to become validation, and train has 7',
        hint: expect.stringContaining('at most 7'),
      });
      expect(chosen(await splitsOf(train(7), { ...options, validation: 7 }))).toHaveLength(7);
    },
  );

  test('a number that is neither whole nor a fraction is a usage error', async () => {
    await expect(splitsOf(train(7), { validation: 1.5 })).rejects.toMatchObject({ code: 'USAGE' });
  });
});

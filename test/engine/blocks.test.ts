import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inBlocks } from '../../src/engine/blocks.ts';
import { countRows, type Rows } from '../../src/engine/rows.ts';
import { rowsOf } from './rows.ts';

/** Rows of each kind, of which row i holds the number i in one way or another. */
const kinds: ((from: number, to: number) => Rows)[] = [
  (from, to) =>
    rowsOf(
      1000,
      range(from, to).map((row) => [row]),
    ),
  (from, to) => ({
    ...rowsOf(2, []),
    encoding: 'dense',
    labels: new Float32Array(to - from),
    offsets: Int32Array.from(range(0, to - from + 1), (row) => 2 * row),
    values: Float32Array.from(range(from, to).flatMap((row) => [row, 0])),
  }),
  (from, to) => ({
    ...rowsOf(1000, []),
    encoding: 'tokens',
    length: 3,
    labels: new Float32Array(to - from),
    offsets: Int32Array.from(range(0, to - from + 1), (row) => 3 * row),
    indices: Uint16Array.from(range(from, to).flatMap((row) => [row, 0, 0])),
  }),
];

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

test('rows have their places in whole blocks, however they arrive', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...kinds),
      fc.array(fc.constantFrom(0, 1, 7, 255, 256, 300), { minLength: 1, maxLength: 4 }),
      async (kind, sizes) => {
        const asked = inBlocks(async (rows) => {
          expect(countRows(rows)).toBe(256);
          expect(rows.offsets).toHaveLength(257);
          // Two outputs: the number that a row holds, and its place.
          return Float32Array.from(range(0, 256).flatMap((place) => [heldBy(rows, place), place]));
        });
        const given: number[] = [];
        let first = 0;
        for (const size of sizes) {
          given.push(...(await asked(kind(first, first + size))));
          first += size;
        }
        expect(given).toEqual(range(0, first).flatMap((row) => [row, row % 256]));
      },
    ),
    { numRuns: 60 },
  );
});

const heldBy = ({ offsets, indices, values }: Rows, row: number): number =>
  (values ?? indices)[offsets[row]!] ?? -1;

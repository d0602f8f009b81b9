import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { RowFile } from '../../src/formats/row-file.ts';
import { allocateIndices, ENCODINGS, type Encoding } from '../../src/formats/vector-batch.ts';
import { temporaryFolder } from '../folder.ts';

type Rows = Parameters<RowFile['append']>[0];

/** Rows of these lengths, with numbers that differ. */
function rowsOf(encoding: Encoding, dimension: number, lengths: readonly number[], seed: number): Rows {
  const wanted = encoding === 'dense' ? lengths.map(() => dimension) : lengths;
  const offsets = new Int32Array(lengths.length + 1);
  for (const [row, length] of wanted.entries()) offsets[row + 1] = offsets[row]! + length;
  const count = offsets.at(-1)!;
  const indices = allocateIndices(dimension, encoding === 'dense' ? 0 : count).map(() => seed++ % dimension);
  const labels = Float32Array.from(lengths, () => seed++ % 2);
  const values = Float32Array.from({ length: count }, () => seed++ / 7);
  return { encoding, dimension, labels, offsets, indices, ...(encoding !== 'multi-hot' && { values }) };
}

/** Rows one after the other, with the offsets that they have then. */
const joined = (blocks: readonly Rows[]) => ({
  labels: blocks.flatMap(({ labels }) => [...labels]),
  indices: blocks.flatMap(({ indices }) => [...indices]),
  values: blocks.flatMap(({ values }) => [...(values ?? [])]),
  lengths: blocks.flatMap(({ offsets }) => [...offsets.subarray(1)].map((end, row) => end - offsets[row]!)),
});

test('blocks are read as they were written, in any order, and no file has a name meanwhile', async () => {
  const folder = temporaryFolder();
  vi.stubEnv('TMPDIR', folder);
  const lengths = fc.array(fc.nat(6), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...ENCODINGS),
      fc.constantFrom(4, 70_000),
      fc.array(lengths, { minLength: 1, maxLength: 5 }),
      fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
      async (encoding, dimension, blocks, asked) => {
        fc.pre(encoding !== 'dense' || dimension === 4);
        const written = blocks.map((block, i) => rowsOf(encoding, dimension, block, 100 * i));
        const file = await RowFile.create();
        for (const block of written) await file.append(block);
        expect(file.counts).toEqual(blocks.map((block) => block.length));
        const numbers = Uint32Array.from(asked, (number) => number % blocks.length);
        const rows = await file.read(numbers);
        expect(joined([rows])).toEqual(joined(Array.from(numbers, (number) => written[number]!)));
        expect(rows.encoding).toBe(encoding);
        expect(rows.offsets[0]).toBe(0);
        expect(rows.indices.BYTES_PER_ELEMENT).toBe(dimension === 4 ? 2 : 4);
        expect(readdirSync(folder)).toEqual([]);
        await file.close();
      },
    ),
    { numRuns: 50 },
  );
});

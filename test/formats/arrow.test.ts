import { tableFromIPC } from 'apache-arrow';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeVectors } from '../../src/formats/arrow-writer.ts';
import { SPLITS } from '../../src/formats/review.ts';
import type { VectorBatch } from '../../src/formats/vector-batch.ts';
import { decode, encode, SMALL, toBatch } from './arrow-streams.ts';

const anyBatches = fc.integer({ min: 1, max: 70_000 }).chain((dimension) =>
  fc.array(
    fc
      .array(
        fc.record({
          id: fc.string({ unit: 'binary' }),
          split: fc.constantFrom(...SPLITS),
          label: fc.nat(65_535),
          indices: fc
            .uniqueArray(fc.nat(dimension - 1), { maxLength: 20 })
            .map((indices) => indices.toSorted((a, b) => a - b)),
        }),
        { maxLength: 12 },
      )
      .map((rows) => toBatch(dimension, rows)),
    { minLength: 1, maxLength: 4 },
  ),
);

describe('round trip', () => {
  test('any batches come back as they were, however their bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(anyBatches, fc.integer({ min: 1, max: 300 }), async (batches, size) => {
        expect(await decode(await encode(batches), size)).toEqual(batches);
      }),
    );
  });

  test('reading a written stream and writing it again gives the same bytes', async () => {
    const bytes = await encode(SMALL);
    expect(await encode(await decode(bytes, 7))).toEqual(bytes);
  });

  test('what is read is not changed by what becomes of the input’s memory', async () => {
    const bytes = await encode(SMALL);
    const batches = await decode(bytes);
    bytes.fill(0);
    expect(batches).toEqual(SMALL);
  });
});

describe('writing', () => {
  test('apache-arrow reads the columns and the metadata that the codec promises', async () => {
    const table = tableFromIPC(await encode(SMALL));
    expect(Object.fromEntries(table.schema.fields.map(({ name, type }) => [name, String(type)]))).toEqual({
      id: 'Utf8',
      split: 'Dictionary<Int8, Utf8>',
      label: 'Float32',
      indices: 'List<Uint16>',
    });
    expect(Object.fromEntries(table.schema.metadata)).toEqual({ dimension: '10', encoding: 'multi-hot' });
    expect(JSON.parse(JSON.stringify(table.toArray()))).toEqual([
      { id: 'train/0', split: 'train', label: 0, indices: [1, 4, 9] },
      { id: 'é ☃ 🎬', split: 'validation', label: 1, indices: [] },
      { id: 'test/0', split: 'test', label: 1, indices: [0] },
    ]);
  });

  test('indices take 4 bytes from dimension 65,537 on', async () => {
    const row = { id: 'a', split: 'train', label: 0, indices: [65_536] } as const;
    const [batch] = await decode(await encode([toBatch(65_537, [row])]));
    expect(batch!.indices).toEqual(Uint32Array.of(65_536));
    const [narrow] = await decode(await encode([toBatch(65_536, [{ ...row, indices: [65_535] }])]));
    expect(narrow!.indices).toEqual(Uint16Array.of(65_535));
  });

  test('a batch leaves before the next one is asked for', async () => {
    let asked = 0;
    async function* batches(): AsyncGenerator<VectorBatch> {
      for (const batch of SMALL) {
        asked++;
        yield batch;
      }
    }
    const bytes = writeVectors(batches());
    await bytes.next();
    expect(asked).toBe(1);
    await bytes.return(undefined);
  });

  test('a stream can neither change its dimension nor lack a batch', async () => {
    await expect(encode([SMALL[0]!, toBatch(11, [])])).rejects.toThrow('a batch of dimension 11');
    await expect(encode([])).rejects.toThrow('at least one batch');
  });
});

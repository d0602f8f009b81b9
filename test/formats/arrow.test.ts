import { tableFromIPC } from 'apache-arrow';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeVectors } from '../../src/formats/arrow-writer.ts';
import { SPLITS } from '../../src/formats/review.ts';
import { ENCODINGS, type Encoding, type VectorBatch } from '../../src/formats/vector-batch.ts';
import { decode, encode, SMALL, STREAMS, toBatch, type Row } from './arrow-streams.ts';

const anyNumber = fc.float({ noNaN: true, noDefaultInfinity: true });
const idOf = {
  id: fc.string({ unit: 'binary' }),
  split: fc.constantFrom(...SPLITS),
  label: fc.nat(65_535),
};

const anySparse = (dimension: number, encoding: Encoding): fc.Arbitrary<Row> =>
  fc
    .tuple(fc.record(idOf), fc.dictionary(fc.nat(dimension - 1).map(String), anyNumber, { maxKeys: 20 }))
    // A dictionary's keys that are whole numbers ascend.
    .map(([row, numbers]) => ({
      ...row,
      indices: Object.keys(numbers).map(Number),
      ...(encoding !== 'multi-hot' && { values: Object.values(numbers) }),
    }));

const anyDense = (dimension: number): fc.Arbitrary<Row> =>
  fc.record({ ...idOf, values: fc.array(anyNumber, { minLength: dimension, maxLength: dimension }) });

const anyTokens = (dimension: number, length: number): fc.Arbitrary<Row> =>
  fc.record({ ...idOf, indices: fc.array(fc.nat(dimension - 1), { minLength: length, maxLength: length }) });

const anyBatches = fc
  .record({ dimension: fc.integer({ min: 1, max: 70_000 }), encoding: fc.constantFrom(...ENCODINGS) })
  .chain(({ dimension: width, encoding }) => {
    const dimension = encoding === 'dense' ? 1 + (width % 20) : width;
    const tokens = encoding === 'tokens' && { length: 1 + (width % 7) };
    const rows = { dense: () => anyDense(dimension), tokens: () => anyTokens(dimension, 1 + (width % 7)) };
    const row = encoding in rows ? rows[encoding as 'dense' | 'tokens']() : anySparse(dimension, encoding);
    const idf = encoding === 'tf-idf' &&
      dimension % 2 === 0 && { idf: new Float32Array(dimension).fill(0.5) };
    return fc.array(
      fc
        .array(row, { maxLength: 12 })
        .map((rows) => toBatch(dimension, rows, { encoding, ...tokens, ...idf })),
      { minLength: 1, maxLength: 4 },
    );
  });

describe('round trip', () => {
  test('any batches come back as they were, however their bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(anyBatches, fc.integer({ min: 1, max: 300 }), async (batches, size) => {
        expect(await decode(await encode(batches), size)).toEqual(batches);
      }),
    );
  });

  test.each(Object.entries(STREAMS))(
    'reading a written stream and writing it again gives the same bytes: %s',
    async (_, stream) => {
      const bytes = await encode(stream);
      expect(await encode(await decode(bytes, 7))).toEqual(bytes);
    },
  );

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

  test('apache-arrow reads the values of each encoding', async () => {
    const read = async (encoding: Encoding) => {
      const table = tableFromIPC(await encode(STREAMS[encoding]));
      const [first] = table.toArray() as Record<string, unknown>[];
      const types = table.schema.fields.slice(3).map(({ name, type }) => `${name} ${type}`);
      return {
        types,
        ...(JSON.parse(JSON.stringify(first)) as object),
        idf: table.schema.metadata.get('idf'),
      };
    };
    expect(await read('count')).toMatchObject({
      types: ['indices List<Uint16>', 'values List<Float32>'],
      indices: [1, 9],
      values: [3, 1],
    });
    // By NumPy: base64.b64encode(np.array([0.25, 1, 2, 1.5], '<f4'))
    expect(await read('tf-idf')).toMatchObject({ values: [0.5, 1.5], idf: 'AACAPgAAgD8AAABAAADAPw==' });
    expect(await read('dense')).toMatchObject({
      types: ['values FixedSizeList[3]<Float32>'],
      values: [0.5, -1, 0],
    });
    expect(await read('tokens')).toMatchObject({
      types: ['tokens FixedSizeList[4]<Uint16>'],
      tokens: [0, 9, 1, 9],
    });
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

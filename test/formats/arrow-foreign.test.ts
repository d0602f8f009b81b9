import { readdirSync, readFileSync } from 'node:fs';
import {
  RecordBatchStreamWriter,
  tableFromArrays,
  tableFromIPC,
  Vector,
  vectorFromArray,
} from 'apache-arrow';
import * as arrow from 'apache-arrow';
import { describe, expect, test } from 'vitest';
import type { VectorBatch } from '../../src/formats/vector-batch.ts';
import { decode, encode, failure, SMALL, toBatch } from './arrow-streams.ts';

const FOREIGN = new URL('../files/arrow/', import.meta.url);
const WITH_VALUES = new URL('../files/arrow-values/', import.meta.url);
const COMPRESSED = new URL('../files/arrow-compressed/', import.meta.url);

/** The rows of a batch as lists of all their numbers. */
const denseRows = ({ ids, dimension, encoding, offsets, indices, values }: VectorBatch): number[][] =>
  ids.map((_, row) => {
    const [begin, end] = [offsets[row], offsets[row + 1]];
    if (encoding === 'dense') return [...values!.subarray(begin, end)];
    const numbers = Array.from({ length: dimension }, () => 0);
    indices.subarray(begin, end).forEach((column, i) => (numbers[column] = values![begin! + i]!));
    return numbers;
  });

describe('streams of other tools', () => {
  // Written by pyarrow 25, polars 1.44 and DuckDB 1.5, in every type that the reader accepts; all hold these five rows.
  const rows = [
    { id: 'train/0', split: 'train', label: 0, indices: [1, 4, 9] },
    { id: 'é ☃ 🎬, with more than twelve bytes', split: 'validation', label: 1, indices: [] },
    { id: '', split: 'train', label: 1, indices: [0] },
    { id: 'train/3', split: 'train', label: 0, indices: [2, 3, 5, 7] },
    { id: 'test/0', split: 'test', label: 1, indices: [9] },
  ];
  test.each(readdirSync(FOREIGN))('%s holds the five rows', async (name) => {
    const batches = await decode(readFileSync(new URL(name, FOREIGN)));
    const read = batches.flatMap(({ ids, splits, labels, offsets, indices }) =>
      ids.map((id, row) => ({
        id,
        split: splits[row],
        label: labels[row],
        indices: [...indices.subarray(offsets[row], offsets[row + 1])],
      })),
    );
    expect(read).toEqual(rows);
    for (const { dimension, offsets, indices } of batches) {
      expect([dimension, offsets[0], indices.constructor]).toEqual([10, 0, Uint16Array]);
    }
  });

  test.each(readdirSync(FOREIGN))('%s cut anywhere is an error', async (name) => {
    const bytes = readFileSync(new URL(name, FOREIGN));
    for (let length = 0; length < bytes.length; length++) {
      expect((await failure(bytes.subarray(0, length))).code).toBe('TRUNCATED');
    }
  });

  test.each(readdirSync(WITH_VALUES).filter((name) => name.endsWith('.arrows')))(
    '%s holds the matrix that NumPy tells',
    async (name) => {
      const batches = await decode(readFileSync(new URL(name, WITH_VALUES)));
      const [{ encoding, idf }] = batches as [VectorBatch];
      const rows = batches.flatMap(denseRows);
      const told = readFileSync(new URL(name.replace('.arrows', '.json'), WITH_VALUES), 'utf8');
      expect({ encoding, ...(idf && { idf: [...idf] }), rows }).toEqual(JSON.parse(told));
    },
  );

  test('a schema without batches is an empty batch', async () => {
    const whole = await encode(SMALL);
    const schemaLength = 8 + whole.readInt32LE(4);
    const bytes = Buffer.concat([whole.subarray(0, schemaLength), whole.subarray(-8)]);
    expect(await decode(bytes)).toEqual([toBatch(10, [])]);
  });
});

describe('what cannot be read', () => {
  const columns = {
    id: vectorFromArray(['a'], new arrow.Utf8()),
    split: vectorFromArray(['train'], new arrow.Utf8()),
    label: vectorFromArray([1], new arrow.Float32()),
    indices: vectorFromArray([[3]], new arrow.List(new arrow.Field('item', new arrow.Int32(), true))),
  };
  const foreign = (
    changed: Record<string, Vector | undefined>,
    metadata: Record<string, string> = {},
  ): Uint8Array => {
    const given = Object.entries({ ...columns, ...changed }).filter(([, column]) => column !== undefined);
    const { batches, schema } = new arrow.Table(Object.fromEntries(given) as Record<string, Vector>);
    const about = new Map(Object.entries({ dimension: '10', encoding: 'multi-hot', ...metadata }));
    for (const [key, value] of about) if (value === '') about.delete(key);
    const told = new arrow.Schema(schema.fields, about);
    const rows = batches.map((batch) => new arrow.RecordBatch(told, batch.data));
    return RecordBatchStreamWriter.writeAll(rows).toUint8Array(true);
  };

  const listOf = (lists: (number | null)[][]): Vector =>
    vectorFromArray(lists, new arrow.List(new arrow.Field('item', new arrow.Float32(), true)));

  test('the stream that these cases change is itself fine', async () => {
    expect(await decode(foreign({}))).toHaveLength(1);
  });

  test.each([
    ['no dimension', foreign({}, { dimension: '' }), 'MISSING_FIELD', 'metadata has no "dimension"'],
    ['no encoding', foreign({}, { encoding: '' }), 'MISSING_FIELD', 'metadata has no "encoding"'],
    ['a dimension that is no number', foreign({}, { dimension: '1e4' }), 'BAD_VALUE', '"1e4"'],
    ['another encoding', foreign({}, { encoding: 'one-hot' }), 'UNSUPPORTED', '"one-hot"'],
    ['counts without values', foreign({}, { encoding: 'count' }), 'MISSING_FIELD', 'no column "values"'],
    [
      'a null value',
      foreign({ values: listOf([[null]]) }, { encoding: 'count' }),
      'BAD_VALUE',
      'values is null',
    ],
    [
      'more values than indices',
      foreign({ values: listOf([[1, 2]]) }, { encoding: 'count' }),
      'BAD_VALUE',
      '2 values for 1',
    ],
    [
      'a dense row that is short',
      foreign({ values: listOf([[1, 2]]) }, { encoding: 'dense' }),
      'BAD_VALUE',
      '2 values for 10',
    ],
    [
      'idf of other columns',
      foreign({ values: listOf([[1]]) }, { encoding: 'tf-idf', idf: 'AAAA' }),
      'BAD_VALUE',
      'idf holds 3 bytes',
    ],
    ['no label', foreign({ label: undefined }), 'MISSING_FIELD', 'no column "label"'],
    ['an id that is a number', foreign({ id: columns.label }), 'UNSUPPORTED', '"id" has type FloatingPoint'],
    ['a label that is text', foreign({ label: columns.id }), 'UNSUPPORTED', '"label" has type Utf8'],
    ['indices that are no list', foreign({ indices: columns.label }), 'UNSUPPORTED', 'not list'],
    [
      'a null label',
      foreign({ label: vectorFromArray([null], new arrow.Float32()) }),
      'BAD_VALUE',
      'label is null',
    ],
    [
      'a column of nulls',
      foreign({ label: vectorFromArray([null], new arrow.Null()) }),
      'BAD_VALUE',
      'label is null',
    ],
    [
      'other columns only',
      tableFromIPC(arrow.tableToIPC(tableFromArrays({ a: [1] }))),
      'MISSING_FIELD',
      'dimension',
    ],
  ])('%s', async (_, given, code, message) => {
    const bytes = given instanceof Uint8Array ? given : arrow.tableToIPC(given, 'stream');
    const error = await failure(bytes);
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(error.hint).toBeTruthy();
  });

  test.each([-1, 10, 2.5])('index %d is out of range, with its record and line', async (index) => {
    const values = new arrow.List(new arrow.Field('item', new arrow.Float64(), true));
    expect(await failure(foreign({ indices: vectorFromArray([[index]], values) }))).toMatchObject({
      code: 'OUT_OF_RANGE',
      where: { record: 'a', line: 1 },
    });
  });

  test.each(readdirSync(COMPRESSED))('%s is refused with what to write instead', async (name) => {
    const error = await failure(readFileSync(new URL(name, COMPRESSED)));
    expect(error).toMatchObject({ code: 'UNSUPPORTED', message: 'a compressed Arrow stream' });
    expect(error.hint).toContain('uncompressed');
  });

  test('an Arrow file is told from a stream', async () => {
    expect(await failure(arrow.tableToIPC(tableFromIPC(foreign({})), 'file'))).toMatchObject({
      code: 'UNSUPPORTED',
      message: 'an Arrow file, where an Arrow stream is needed',
    });
  });
});

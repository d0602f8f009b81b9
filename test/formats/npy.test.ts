import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeLabels } from '../../scripts/sample/npy-writer.ts';
import { parseHeader } from '../../src/formats/npy-header.ts';
import { readLabels, readRows } from '../../src/formats/npy.ts';
import { chunked } from '../streams.ts';

const read = (npy: Uint8Array, size?: number): Promise<Uint8Array> =>
  readLabels(chunked(npy, size), 'y_train.npy');

function npy(descr: string, items: string, { length = 2, version = 1 } = {}): Buffer {
  const header = Buffer.from(`{'descr': '${descr}', 'fortran_order': False, 'shape': (${length},), }\n`);
  const size = Buffer.alloc(version === 1 ? 2 : 4);
  size[0] = header.length;
  return Buffer.concat([
    Buffer.from(`\x93NUMPY${String.fromCharCode(version)}\0`, 'latin1'),
    size,
    header,
    Buffer.from(items, 'latin1'),
  ]);
}

describe('readLabels', () => {
  test('gives back any labels, in chunks of any size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(1)), fc.integer({ min: 1, max: 200 }), async (labels, size) => {
        expect([...(await read(writeLabels(labels), size))]).toEqual(labels);
      }),
    );
  });

  test.each([
    ['|b1', '\x01\0'],
    ['|i1', '\x01\0'],
    ['|u1', '\x01\0'],
    ['<i2', '\x01\0\0\0'],
    ['>i2', '\0\x01\0\0'],
    ['>u4', '\0\0\0\x01\0\0\0\0'],
    ['>i8', '\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0'],
    ['<u8', '\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'],
    ['<f2', '\0\x3c\0\0'],
    ['<f4', '\0\0\x80\x3f\0\0\0\0'],
    ['>f8', '\x3f\xf0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'],
  ])('reads labels of type %s', async (descr, items) => {
    for (const version of [1, 2, 3])
      expect([...(await read(npy(descr, items, { version })))]).toEqual([1, 0]);
  });

  test.each([
    [
      'a label of 2',
      npy('|u1', '\x01\x02'),
      { code: 'BAD_VALUE', message: 'label is 2', where: { record: 1 } },
    ],
    ['a label of -1', npy('|i1', '\x01\xff'), { code: 'BAD_VALUE', message: 'label is -1' }],
    [
      'a label of 0.5',
      npy('<f4', '\0\0\0\x3f\0\0\0\0'),
      { code: 'BAD_VALUE', message: 'label is 0.5', where: { record: 0 } },
    ],
    ['a label too few', npy('<i2', '\x01\0'), { code: 'TRUNCATED' }],
    ['a label too many', npy('|u1', '\x01\0\0'), { code: 'CORRUPT' }],
    [
      'complex numbers',
      npy('<c16', ''),
      { code: 'UNSUPPORTED', message: 'y_train.npy is an array of "<c16"' },
    ],
    ['another version', npy('|u1', '\x01\0', { version: 4 }), { code: 'UNSUPPORTED' }],
    ['another file', Buffer.from('{"a": 1}'), { code: 'CORRUPT' }],
    ['half a header', npy('|u1', '').subarray(0, 30), { code: 'TRUNCATED' }],
  ])('refuses %s', async (_, file, error) => {
    const where = 'where' in error ? { where: expect.objectContaining(error.where) as object } : {};
    await expect(read(file)).rejects.toMatchObject({ ...error, ...where });
  });
});

test('labels and rows that would fill the memory are refused', async () => {
  const error = { code: 'UNSUPPORTED', message: expect.stringContaining('10000000000 items') as string };
  await expect(read(npy('|i1', '\x01', { length: 1e10 }))).rejects.toMatchObject(error);
  const rows = readRows(chunked(npy('|O', '\x80\x02', { length: 1e10 })), 'x_train.npy');
  await expect(rows).rejects.toMatchObject(error);
});

test('rows that are no objects are refused', async () => {
  await expect(readRows(chunked(npy('<i8', '')), 'x_train.npy')).rejects.toMatchObject({
    code: 'UNSUPPORTED',
  });
});

describe('parseHeader', () => {
  test.each([
    ["{'descr': '<i8', 'fortran_order': False, 'shape': (3, 4), }", [3, 4]],
    ["{'shape': (), 'fortran_order': False, 'descr': '<i8'}", []],
    ['{"descr": "<i8", "fortran_order": False, "shape": (25000L,)}  \n', [25_000]],
  ])('reads %s', (text, shape) => {
    expect(parseHeader(text, 'y')).toEqual({ descr: '<i8', fortranOrder: false, shape });
  });

  test.each([
    "{'descr': '<i8', 'fortran_order': False, 'shape': (3)}",
    "{'descr': '<i8', 'fortran_order': 0, 'shape': (3,)}",
    "{'descr': '<i8', 'fortran_order': False}",
    "{'descr': '<i8', 'descr': '<i4', 'fortran_order': False, 'shape': (3,)}",
    "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), 'more': True}",
    "{'descr': '<i8', 'fortran_order': False, 'shape': (3,)} + 1",
    "{'descr': __import__('os'), 'fortran_order': False, 'shape': (3,)}",
    "{'descr': '<i8', 'fortran_order': False, 'shape': (-3,)}",
    '',
  ])('refuses %s', (text) => {
    expect(() => parseHeader(text, 'y')).toThrow(expect.objectContaining({ code: 'CORRUPT' }) as Error);
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readNdjson, writeText } from '../../src/formats/ndjson.ts';
import { chunked, collect, streamOf, textOf } from '../streams.ts';

test('values come back with their line numbers, in chunks of any size', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue()), fc.integer({ min: 1, max: 50 }), async (made, size) => {
      const values = made.map((value) => JSON.parse(JSON.stringify(value)) as unknown);
      const text = await textOf(
        writeText(streamOf(...values.map((value) => `${JSON.stringify(value)}\n`)), size),
      );
      const lines = await collect(readNdjson(chunked(Buffer.from(text), size)));
      expect(lines).toEqual(values.map((value, i) => ({ value, number: i + 1 })));
    }),
  );
});

test('empty lines are passed over, but counted, and the last line needs no newline', async () => {
  const lines = await collect(readNdjson(chunked(Buffer.from('\n1\n \n2'))));
  expect(lines).toEqual([
    { value: 1, number: 2 },
    { value: 2, number: 4 },
  ]);
});

test('a line that is no JSON is refused with its number', async () => {
  const error = { code: 'NOT_JSON', where: { line: 2 } };
  await expect(collect(readNdjson(chunked(Buffer.from('1\n{"a"\n'))))).rejects.toMatchObject(error);
});

test('a line that no string can hold is refused before it fills the memory', async () => {
  const endless = streamOf(
    Buffer.from('1\n'),
    ...Array.from({ length: 9 }, () => Buffer.alloc(2 ** 25, 'a')),
  );
  const error = { code: 'UNSUPPORTED', where: { line: 2 } };
  await expect(collect(readNdjson(endless))).rejects.toMatchObject(error);
});

test('a byte order mark in front is passed over, in chunks of any size', async () => {
  for (const size of [1, 2, 100]) {
    const lines = await collect(readNdjson(chunked(Buffer.from('\ufeff1\r\n2\r\n'), size)));
    expect(lines.map(({ value }) => value)).toEqual([1, 2]);
  }
});

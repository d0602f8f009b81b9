import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeRecord } from '../../src/formats/tfrecord.ts';
import { readRecords } from './events.ts';

test('a record has the bytes that TensorFlow gives it', () => {
  expect(encodeRecord(Buffer.from('What a film!')).toString('hex')).toBe(
    '0c00000000000000f4c8fe0a5768617420612066696c6d210defb786',
  );
});

test('records that are written are read, and a flipped bit is noticed', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array(), { minLength: 1 }), fc.nat(), (records, bit) => {
      const file = Buffer.concat(records.map(encodeRecord));
      expect(readRecords(file)).toEqual(records.map((record) => Buffer.from(record)));
      file[(bit >> 3) % file.length]! ^= 1 << (bit % 8);
      expect(() => readRecords(file)).toThrow();
    }),
  );
});

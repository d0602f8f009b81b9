import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TokenRows } from '../../src/formats/token-rows.ts';

test('rows are the last tokens of each review, in their order, with zeros in front', () => {
  const rows = new TokenRows(10, 4);
  rows.add([1, 2], {});
  rows.add([5, 9, 5, 8, 7], {});
  rows.add([], {});
  const about = { dimension: 10, encoding: 'tokens', length: 4 };
  expect(rows.take()).toEqual({
    ...about,
    offsets: Int32Array.of(0, 4, 8, 12),
    indices: Uint16Array.of(0, 0, 1, 2, 9, 5, 8, 7, 0, 0, 0, 0),
  });
  expect(rows.take()).toEqual({ ...about, offsets: Int32Array.of(0), indices: new Uint16Array(0) });
});

test('any reviews give what padding each would, however they are taken', () => {
  const review = fc.array(fc.nat(99), { maxLength: 12 });
  fc.assert(
    fc.property(fc.array(fc.array(review)), fc.integer({ min: 1, max: 9 }), (batches, length) => {
      const rows = new TokenRows(100, length);
      for (const batch of batches) {
        for (const tokens of batch) rows.add(tokens, {});
        const padded = batch.flatMap((tokens) =>
          [...Array.from({ length }, () => 0), ...tokens].slice(-length),
        );
        expect([...rows.take().indices]).toEqual(padded);
      }
    }),
  );
});

test('a word number that the dimension has no place for is refused, even one that is cut off', () => {
  const rows = new TokenRows(70_000, 2);
  expect(() => rows.add([70_000, 1, 2], { record: 'train/7' })).toThrow(
    expect.objectContaining({ code: 'OUT_OF_RANGE', where: { record: 'train/7', field: 'tokens' } }),
  );
});

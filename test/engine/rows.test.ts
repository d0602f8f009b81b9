import { expect, test } from 'vitest';
import { checkFits, slices } from '../../src/engine/rows.ts';
import { rowsOf } from './rows.ts';

test('checkFits tells of both dimensions and encodings', () => {
  const model = { dimension: 9, encoding: 'multi-hot' } as const;
  expect(() => checkFits(model, rowsOf(9, []))).not.toThrow();
  expect(() => checkFits({ ...model, dimension: 10_000 }, rowsOf(9, []))).toThrow(
    /dimension 9 \(multi-hot\); .* dimension 10000 \(multi-hot\)/,
  );
  expect(() => checkFits({ ...model, encoding: 'count' }, rowsOf(9, []))).toThrow(
    /dimension 9 \(multi-hot\); .* dimension 9 \(count\)/,
  );
});

test('slices of an order are of one size; the last may be shorter', () => {
  expect([...slices(Uint32Array.of(4, 3, 2, 1, 0), 2)].map((slice) => [...slice])).toEqual([
    [4, 3],
    [2, 1],
    [0],
  ]);
});

test('a model takes no vectors that were weighted by other numbers than those that it was trained on', () => {
  const kind = { dimension: 3, encoding: 'tf-idf' } as const;
  const model = { ...kind, idf: Float32Array.of(1, 2, 3) };
  expect(() => checkFits(model, { ...kind, idf: Float32Array.of(1, 2, 3) })).not.toThrow();
  expect(() => checkFits(model, kind)).not.toThrow();
  expect(() => checkFits(model, { ...kind, idf: Float32Array.of(1, 2, 4) })).toThrow(/another idf/);
});

import { expect, test } from 'vitest';
import { Tally } from '../../src/engine/tally.ts';

const objective = { loss: 'mean_squared_error', activation: 'linear' } as const;

test('a tally gives means over all rows that were added, however they came', () => {
  const tally = new Tally(objective);
  tally.add(Float32Array.of(1, 1, 0), Float32Array.of(1, 0, 0));
  tally.add(Float32Array.of(0), Float32Array.of(1));
  expect(tally.loss).toBe(0.5);
  expect(tally.accuracy).toBe(0.5);
  expect([tally.metric('precision'), tally.metric('recall'), tally.metric('f1_score')]).toEqual([
    0.5, 0.5, 0.5,
  ]);
});

test('an output of 0.5 does not say 1, and a metric without a value is 0', () => {
  const tally = new Tally(objective);
  tally.add(Float32Array.of(0.5), Float32Array.of(0));
  expect(tally.accuracy).toBe(1);
  expect([tally.metric('precision'), tally.metric('recall'), tally.metric('f1_score')]).toEqual([0, 0, 0]);
});

test('of several outputs the largest speaks, of equal ones the first, and metrics are means over the classes', () => {
  const tally = new Tally(objective);
  // Says 1, 0, 2 of labels 1, 0, 1: class 2 is never right.
  tally.add(Float32Array.of(0, 1, 0, 0.5, 0.5, 0, 0, 0, 1), Float32Array.of(1, 0, 1));
  expect(tally.accuracy).toBe(2 / 3);
  expect(tally.loss).toBeCloseTo((0 + 0.5 / 3 + 2 / 3) / 3, 12);
  expect(tally.metric('precision')).toBeCloseTo((1 + 1 + 0) / 3, 12);
  expect(tally.metric('recall')).toBeCloseTo((1 + 0.5 + 0) / 3, 12);
  expect(tally.metric('f1_score')).toBeCloseTo((1 + 2 / 3 + 0) / 3, 12);
});

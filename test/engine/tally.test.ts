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

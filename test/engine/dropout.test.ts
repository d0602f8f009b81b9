import { expect, test } from 'vitest';
import { createDropout } from '../../src/engine/dropout.ts';

const draw = (seed: number, step: number, layer: number): Float32Array =>
  createDropout(0.25, seed)({ step, layer }, 10_000);

test('about so many units are left out, and the mean stays', () => {
  const factors = draw(1, 1, 0);
  expect(new Set(factors)).toEqual(new Set([0, Math.fround(4 / 3)]));
  // Four standard deviations of 10,000 draws.
  expect(Math.abs(factors.filter((factor) => factor === 0).length - 2500)).toBeLessThan(175);
});

test('which ones depends on the seed, the step and the layer, and on nothing else', () => {
  expect(draw(1, 1, 0)).toEqual(draw(1, 1, 0));
  for (const other of [draw(2, 1, 0), draw(1, 2, 0), draw(1, 1, 1)]) expect(other).not.toEqual(draw(1, 1, 0));
});

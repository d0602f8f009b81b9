import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadEngine, type Engine } from '../../src/engine/engine.ts';
import { predictExactly } from '../../src/engine/exact.ts';
import { activate } from '../../src/engine/loss.ts';
import { initializeLayers } from '../../src/engine/initialize.ts';
import { ACTIVATIONS, type Model } from '../../src/formats/model.ts';
import { anyMatrix, rowsOf } from './rows.ts';

let engine: Engine;
beforeAll(async () => void (engine = await loadEngine('tfjs', console.warn)));

const anyShapes = fc
  .array(fc.record({ units: fc.integer({ min: 1, max: 9 }), activation: fc.constantFrom(...ACTIVATIONS) }), {
    maxLength: 3,
  })
  .map((hidden) => [...hidden, { units: 1, activation: 'sigmoid' } as const]);

describe('predictExactly', () => {
  test('gives what the engine gives, up to its rounding', async () => {
    await fc.assert(
      fc.asyncProperty(anyMatrix, anyShapes, fc.nat(), async ({ dimension, columns }, shapes, { seed }) => {
        const layers = initializeLayers(dimension, shapes, { seed });
        const model: Model = { dimension, encoding: 'multi-hot', loss: 'binary_crossentropy', layers };
        const rows = rowsOf(dimension, columns);
        const theirs = await engine.sums(model, rows);
        expect([...predictExactly(model, rows)]).toEqual(
          [...theirs].map((sum) => expect.closeTo(activate('sigmoid', sum), 5) as number),
        );
      }),
      { numRuns: 50 },
    );
  });

  test('loses nothing of a sum that float32 would round away', () => {
    const layers = [
      {
        units: 1,
        activation: 'linear',
        kernel: Float32Array.of(1e8, 1, -1e8),
        bias: Float32Array.of(0.5),
      },
    ] as const;
    const model: Model = { dimension: 3, encoding: 'multi-hot', loss: 'mean_squared_error', layers };
    expect([...predictExactly(model, rowsOf(3, [[0, 1, 2], [0, 2], []]))]).toEqual([1.5, 0.5, 0.5]);
  });

  test('refuses rows of another dimension than the model’s', () => {
    const layers = initializeLayers(4, [{ units: 1, activation: 'sigmoid' }], { seed: 1 });
    const model: Model = { dimension: 4, encoding: 'multi-hot', loss: 'binary_crossentropy', layers };
    expect(() => predictExactly(model, rowsOf(5, [[4]]))).toThrow(/dimension 5/);
  });
});

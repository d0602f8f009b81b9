import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Training } from '../../../src/engine/contract.ts';
import { loadEngine } from '../../../src/engine/engine.ts';
import { createDropout } from '../../../src/engine/dropout.ts';
import { OPTIMIZERS, type Optimizer } from '../../../src/engine/optimizer.ts';
import { anyTraining, layersOf, objectiveOf, stepThrough, toRows } from '../trainings.ts';

const { rmsprop, adam, adagrad, sgd } = OPTIMIZERS;
// Not the centered one: of a gradient that stays, v-a² is nothing but rounding. The goldens have it.
const anyOptimizer = fc.constantFrom<Optimizer>(
  rmsprop,
  { ...rmsprop, momentum: 0.9 },
  { ...rmsprop, rho: 0.99995 },
  { ...rmsprop, rho: 0.5 },
  adagrad,
  adam,
  sgd,
  { ...sgd, momentum: 0.9 },
  { ...sgd, momentum: 0.9, nesterov: true },
);

/** What keeps a model from learning its rows by heart, each of it or not. */
const anyRegularization = fc.record<Pick<Training, 'penalties' | 'clip' | 'dropout'>>(
  {
    // Where a weight is about zero, rounding decides the sign that l1 sees: the goldens have it.
    penalties: fc.constantFrom({ l1: 0, l2: 0.01 }, { l1: 0, l2: 0.1 }),
    clip: fc.record({
      by: fc.constantFrom('clipvalue', 'clipnorm', 'globalClipnorm'),
      limit: fc.constantFrom(0.001, 0.1),
    }),
    dropout: fc.constantFrom(createDropout(0.2, 1), createDropout(0.5, 2)),
  },
  { requiredKeys: [] },
);
const anyWeights = fc.constantFrom(undefined, [0.5, 2, 1, 0, 3, 1, 1, 0.1]);

test('both engines give the same weights from the same weights and batches, up to rounding', async () => {
  const [wasm, tfjs] = [await loadEngine('wasm', console.warn), await loadEngine('tfjs', console.warn)];
  fc.assert(
    fc.property(
      // Indices take 2 bytes, and 4.
      anyTraining(1, 7, 65_536, 65_537),
      anyOptimizer,
      anyRegularization,
      anyWeights,
      (training, optimizer, regularization, classWeights) => {
        const { shape, batches } = training;
        const { loss, outputActivation } = shape.objective;
        // Where Keras's cross-entropy cuts an output off, or a relu bends, rounding decides on which side it is.
        fc.pre(loss === 'mean_squared_error' || ['sigmoid', 'softmax'].includes(outputActivation));
        fc.pre(outputActivation !== 'relu');
        const layers = layersOf(shape);
        const asked = { objective: { ...objectiveOf(shape), classWeights }, optimizer, ...regularization };
        // Rows are moved into an engine's memory.
        const ours = stepThrough(wasm, { layers, rows: toRows(training), batches }, asked);
        const theirs = stepThrough(tfjs, { layers, rows: toRows(training), batches }, asked);
        for (const [i, { kernel, bias }] of ours.entries()) {
          expect(largestDifference(kernel, theirs[i]!.kernel)).toBeLessThan(ROUNDING);
          expect(largestDifference(bias, theirs[i]!.bias)).toBeLessThan(ROUNDING);
        }
      },
    ),
    { numRuns: 100 },
  );
});

/** Steps such as RMSprop's without memory, g/√(g²+ε), make more of the rounding of a small gradient. */
const ROUNDING = 5e-5;

/** Relative to the numbers, where they are above 1. */
const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!) / Math.max(1, Math.abs(x))), 0);

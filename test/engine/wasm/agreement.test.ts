import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Engine, Training } from '../../../src/engine/contract.ts';
import { loadEngine } from '../../../src/engine/engine.ts';
import { createDropout } from '../../../src/engine/dropout.ts';
import { initializeLayers } from '../../../src/engine/initialize.ts';
import { activate, lossOf, type Objective } from '../../../src/engine/loss.ts';
import type { Rows } from '../../../src/engine/rows.ts';
import { OPTIMIZERS, type Optimizer } from '../../../src/engine/optimizer.ts';
import { ACTIVATIONS, LOSSES, withWeights, type DenseLayer } from '../../../src/formats/model.ts';
import { ENCODINGS } from '../../../src/formats/vector-batch.ts';
import { asDense, rowsOf, withValues } from '../rows.ts';

const { rmsprop, adam, adagrad, sgd } = OPTIMIZERS;
// Not the centered one: of a gradient that stays, v-a² is nothing but rounding. The goldens have it.
const optimizers: readonly Optimizer[] = [
  rmsprop,
  { ...rmsprop, momentum: 0.9 },
  { ...rmsprop, rho: 0.99995 },
  { ...rmsprop, rho: 0.5 },
  adagrad,
  adam,
  sgd,
  { ...sgd, momentum: 0.9 },
  { ...sgd, momentum: 0.9, nesterov: true },
];

/** Widths that fill whole vectors and blocks of the kernels, and widths that don't. */
const units = fc.constantFrom(1, 3, 4, 16, 17, 20, 37);

/** A perceptron, rows, and batches of them; of dimensions whose indices take 2 bytes, and 4. */
const anyTraining = fc
  .record({
    dimension: fc.constantFrom(1, 7, 65_536, 65_537),
    hidden: fc.array(fc.record({ units, activation: fc.constantFrom(...ACTIVATIONS) }), { maxLength: 2 }),
    encoding: fc.constantFrom(...ENCODINGS.filter((encoding) => encoding !== 'tokens')),
    loss: fc.constantFrom(...LOSSES),
    outputActivation: fc.constantFrom('sigmoid', 'tanh', 'linear'),
    optimizer: fc.constantFrom(...optimizers),
    seed: fc.nat(1000),
  })
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      columns: fc.array(fc.uniqueArray(fc.nat(shape.dimension - 1), { maxLength: 9 }), {
        minLength: 5,
        maxLength: 5,
      }),
      labels: fc.array(fc.constantFrom(0, 1), { minLength: 5, maxLength: 5 }),
      batches: fc.array(fc.uniqueArray(fc.nat(4), { minLength: 1, maxLength: 4 }), {
        minLength: 1,
        maxLength: 5,
      }),
    }),
  );

/** What keeps a model from learning its rows by heart, each of it or not. */
const anyRegularization = fc.record(
  {
    // Where a weight is about zero, rounding decides the sign that l1 sees: the goldens have it.
    penalties: fc.constantFrom({ l1: 0, l2: 0.01 }, { l1: 0, l2: 0.1 }),
    clip: fc.record({
      by: fc.constantFrom('clipvalue', 'clipnorm', 'globalClipnorm'),
      limit: fc.constantFrom(0.001, 0.1),
    }),
    dropout: fc.constantFrom(createDropout(0.2, 1), createDropout(0.5, 2)),
    classWeights: fc.constant<[number, number]>([0.5, 2]),
  },
  { requiredKeys: [] },
);
type Regularization = Pick<Training, 'penalties' | 'clip' | 'dropout'> & Pick<Objective, 'classWeights'>;

type AnyTraining = typeof anyTraining extends fc.Arbitrary<infer T> ? T : never;

/** What is in a column of a row. */
const numberAt = ({ encoding, seed }: AnyTraining['shape'], row: number, column: number): number =>
  encoding === 'multi-hot' ? 1 : (((seed + 7 * row + 3 * column) % 11) - 4) / 4;

function toRows({ shape, columns, labels }: Pick<AnyTraining, 'shape' | 'columns' | 'labels'>): Rows {
  const ones = rowsOf(shape.dimension, sorted(columns), labels);
  if (shape.encoding === 'multi-hot') return ones;
  const rows = withValues(ones, (row, column) => numberAt(shape, row, column));
  return shape.encoding === 'dense' ? asDense(rows) : rows;
}

const layersOf = ({ dimension, hidden, outputActivation, seed }: AnyTraining['shape']): DenseLayer[] =>
  initializeLayers(dimension, [...hidden, { units: 1, activation: outputActivation }], { seed });

const sorted = (columns: readonly number[][]): number[][] =>
  columns.map((row) => row.toSorted((a, b) => a - b));

function trainWith(engine: Engine, training: AnyTraining, regularization: Regularization = {}): DenseLayer[] {
  const { shape, batches } = training;
  const rows = toRows(training);
  const { loss, optimizer, outputActivation: activation } = shape;
  const objective = { loss, activation, classWeights: regularization.classWeights };
  const trainer = engine.createTrainer(layersOf(shape), {
    objective,
    optimizer,
    batchSize: 4,
    ...regularization,
  });
  for (const batch of batches) trainer.step(rows, Uint32Array.from(batch), optimizer.learningRate);
  const trained = withWeights(layersOf(shape), trainer.weights());
  trainer.dispose();
  return trained;
}

test('both engines give the same weights from the same weights and batches, up to rounding', async () => {
  const [wasm, tfjs] = [await loadEngine('wasm', console.warn), await loadEngine('tfjs', console.warn)];
  fc.assert(
    fc.property(anyTraining, anyRegularization, (training, regularization) => {
      // Where Keras's cross-entropy cuts an output off, rounding decides on which side it is.
      const { loss, outputActivation } = training.shape;
      fc.pre(loss === 'mean_squared_error' || outputActivation === 'sigmoid');
      const ours = trainWith(wasm, training, regularization);
      const theirs = trainWith(tfjs, training, regularization);
      for (const [i, { kernel, bias }] of ours.entries()) {
        expect(largestDifference(kernel, theirs[i]!.kernel)).toBeLessThan(ROUNDING);
        expect(largestDifference(bias, theirs[i]!.bias)).toBeLessThan(ROUNDING);
      }
    }),
    { numRuns: 100 },
  );
});

/** Steps such as RMSprop's without memory, g/√(g²+ε), make more of the rounding of a small gradient. */
const ROUNDING = 5e-5;

/** Relative to the numbers, where they are above 1. */
const largestDifference = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!) / Math.max(1, Math.abs(x))), 0);

test('a gradient is what differences of the loss tell', async () => {
  const engine = await loadEngine('wasm', console.warn);
  fc.assert(
    fc.property(anyTraining, fc.nat(), ({ shape, columns, labels }, chosen) => {
      // Where a relu bends, or Keras's cross-entropy is cut off, differences tell nothing.
      fc.pre(shape.hidden.every(({ activation }) => activation !== 'relu'));
      fc.pre(shape.loss === 'mean_squared_error' || shape.outputActivation === 'sigmoid');
      const layers = layersOf(shape);
      const optimizer = { ...sgd, learningRate: 1 };
      const given = { shape: { ...shape, optimizer }, columns, labels, batches: [[0, 1, 2, 3]] };
      const after = trainWith(engine, given);
      const place = chosen % layers.length;
      const used = [...new Set(columns.slice(0, 4).flat())];
      const { units, kernel } = layers[place]!;
      const row = place === 0 ? used[chosen % used.length] : chosen % (kernel.length / units);
      fc.pre(row !== undefined);
      const weight = row * units + (chosen % units);
      const gradient = kernel[weight]! - after[place]!.kernel[weight]!;
      const objective = { loss: shape.loss, activation: shape.outputActivation };
      const lossAt = (change: number): number => {
        const moved = layers.map((layer) => ({ ...layer, kernel: Float64Array.from(layer.kernel) }));
        moved[place]!.kernel[weight]! += change;
        const inputs = columns
          .slice(0, 4)
          .map((row, i) => new Map(row.map((column) => [column, numberAt(shape, i, column)])));
        return meanLoss(moved, objective, { inputs, labels });
      };
      expect(gradient).toBeCloseTo((lossAt(1e-4) - lossAt(-1e-4)) / 2e-4, 4);
    }),
    { numRuns: 200 },
  );
});

interface PlainLayer extends Omit<DenseLayer, 'kernel'> {
  readonly kernel: Float64Array;
}

/** The mean loss over rows, in plain float64. */
function meanLoss(
  layers: readonly PlainLayer[],
  objective: Objective,
  { inputs, labels }: { inputs: readonly Map<number, number>[]; labels: readonly number[] },
): number {
  const losses = inputs.map((input, i) => {
    let values = input;
    let sums: number[] = [];
    for (const { units, activation, kernel, bias } of layers) {
      sums = Array.from({ length: units }, (_, unit) =>
        [...values].reduce((sum, [input, x]) => sum + x * kernel[input * units + unit]!, bias[unit]!),
      );
      values = new Map(sums.map((sum, unit) => [unit, activate(activation, sum)]));
    }
    return lossOf(objective, sums[0]!, labels[i]!);
  });
  return losses.reduce((total, loss) => total + loss, 0) / losses.length;
}

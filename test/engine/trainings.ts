import fc from 'fast-check';
import { initializeLayers } from '../../src/engine/initialize.ts';
import type { Engine, Training } from '../../src/engine/contract.ts';
import type { Objective } from '../../src/engine/loss.ts';
import type { Optimizer } from '../../src/engine/optimizer.ts';
import type { Rows } from '../../src/engine/rows.ts';
import { ACTIVATIONS, withWeights, type DenseLayer } from '../../src/formats/model.ts';
import { ENCODINGS } from '../../src/formats/vector-batch.ts';
import { asDense, rowsOf, withValues } from './rows.ts';

/** Widths that fill whole vectors and blocks of the kernels, and widths that don't. */
const units = fc.constantFrom(1, 3, 4, 16, 17, 20, 37);

/** What can be asked of so many outputs. */
const anyObjective = fc.constantFrom(1, 2, 3, 5, 8).chain((outputs) =>
  fc.record({
    outputs: fc.constant(outputs),
    loss: fc.constantFrom(
      'binary_crossentropy',
      'mean_squared_error',
      ...(outputs === 1 ? [] : ['categorical_crossentropy' as const]),
    ),
    outputActivation: fc.constantFrom(...ACTIVATIONS.filter((name) => outputs > 1 || name !== 'softmax')),
  }),
);

/** A perceptron, rows of one of these dimensions, and batches of them. */
export const anyTraining = (...dimensions: readonly number[]) =>
  fc
    .record({
      dimension: fc.constantFrom(...dimensions),
      hidden: fc.array(fc.record({ units, activation: fc.constantFrom(...ACTIVATIONS) }), { maxLength: 2 }),
      encoding: fc.constantFrom(...ENCODINGS.filter((encoding) => encoding !== 'tokens')),
      objective: anyObjective,
      seed: fc.nat(1000),
    })
    .chain((shape) =>
      fc.record({
        shape: fc.constant(shape),
        columns: fc.array(fc.uniqueArray(fc.nat(shape.dimension - 1), { maxLength: 9 }), {
          minLength: 5,
          maxLength: 5,
        }),
        labels: fc.array(fc.nat(Math.max(2, shape.objective.outputs) - 1), { minLength: 5, maxLength: 5 }),
        batches: fc.array(fc.uniqueArray(fc.nat(4), { minLength: 1, maxLength: 4 }), {
          minLength: 1,
          maxLength: 5,
        }),
      }),
    );
export type AnyTraining = ReturnType<typeof anyTraining> extends fc.Arbitrary<infer T> ? T : never;

export const layersOf = ({ dimension, hidden, objective, seed }: AnyTraining['shape']): DenseLayer[] =>
  initializeLayers(
    dimension,
    [...hidden, { units: objective.outputs, activation: objective.outputActivation }],
    { seed },
  );

export const objectiveOf = ({ objective }: AnyTraining['shape']): Objective => ({
  loss: objective.loss,
  activation: objective.outputActivation,
});

/** What is in a column of a row. */
export const numberAt = ({ encoding, seed }: AnyTraining['shape'], row: number, column: number): number =>
  encoding === 'multi-hot' ? 1 : (((seed + 7 * row + 3 * column) % 11) - 4) / 4;

export function toRows({ shape, columns, labels }: AnyTraining): Rows {
  const sorted = columns.map((row) => row.toSorted((a, b) => a - b));
  const ones = rowsOf(shape.dimension, sorted, labels);
  if (shape.encoding === 'multi-hot') return ones;
  const rows = withValues(ones, (row, column) => numberAt(shape, row, column));
  return shape.encoding === 'dense' ? asDense(rows) : rows;
}

/** The layers after a step on each batch. */
export function stepThrough(
  engine: Engine,
  { layers, rows, batches }: { layers: readonly DenseLayer[]; rows: Rows; batches: readonly number[][] },
  training: Omit<Training, 'batchSize'> & { readonly optimizer: Optimizer },
): DenseLayer[] {
  const trainer = engine.createTrainer(layers, { ...training, batchSize: 4 });
  for (const batch of batches) trainer.step(rows, Uint32Array.from(batch), training.optimizer.learningRate);
  const trained = withWeights(layers, trainer.weights());
  trainer.dispose();
  return trained;
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lossOfRow } from '../../src/engine/class-loss.ts';
import { loadEngine } from '../../src/engine/engine.ts';
import { lossOf, type Objective } from '../../src/engine/loss.ts';
import { OPTIMIZERS, type Penalties } from '../../src/engine/optimizer.ts';
import { activateRows } from '../../src/engine/outputs.ts';
import type { DenseLayer } from '../../src/formats/model.ts';
import { anyTraining, layersOf, objectiveOf, stepThrough, toRows } from './trainings.ts';

const anyPenalties = fc.constantFrom(
  undefined,
  { l1: 0.01, l2: 0 },
  { l1: 0, l2: 0.05 },
  { l1: 0.02, l2: 0.01 },
);
const anyWeight = fc.record({ layer: fc.nat(), of: fc.constantFrom('kernel', 'bias'), place: fc.nat() });

/** A step of this takes the gradient itself off the weights. */
const optimizer = { ...OPTIMIZERS.sgd, learningRate: 1 };
const BATCH = [0, 1, 2, 3];

test.each(['wasm', 'tfjs'] as const)(
  'a gradient is what differences of the loss and the penalties tell: %s',
  async (name) => {
    const engine = await loadEngine(name, console.warn);
    fc.assert(
      fc.property(anyTraining(1, 7), anyPenalties, anyWeight, (training, penalties, chosen) => {
        const { shape, columns, labels } = training;
        // Where a relu bends, differences tell nothing.
        fc.pre(shape.hidden.every(({ activation }) => activation !== 'relu'));
        const objective = objectiveOf(shape);
        const layers = layersOf(shape);
        keepBetween(layers.at(-1)!);
        const given = { columns: BATCH.map((row) => columns[row]!), labels };
        const judge = (of: readonly Layer[]) => meanLoss(of, { objective, penalties }, given);
        const outputs = given.columns.flatMap((row) => [
          ...activateRows(shape.objective.outputActivation, sumsOf(layers, row), shape.objective.outputs),
        ]);
        // Nor where a cross-entropy is cut off.
        if (shape.objective.loss !== 'mean_squared_error')
          fc.pre(outputs.every((output) => output > 0.01 && output < 0.99));

        const layer = chosen.layer % layers.length;
        const weights = layers[layer]![chosen.of];
        // Of the first layer's kernel, a row that takes part.
        const used = [...new Set(given.columns.flat())];
        const { units } = layers[layer]!;
        fc.pre(layer > 0 || used.length > 0);
        const place =
          layer === 0 && chosen.of === 'kernel'
            ? used[chosen.place % used.length]! * units + (chosen.place % units)
            : chosen.place % weights.length;
        // Where l1 bends.
        fc.pre(!penalties?.l1 || chosen.of === 'bias' || Math.abs(weights[place]!) > 0.001);

        const rows = toRows(training);
        const after = stepThrough(
          engine,
          { layers, rows, batches: [BATCH] },
          { objective, optimizer, penalties },
        );
        const gradient = weights[place]! - after[layer]![chosen.of][place]!;
        const lossAt = (change: number): number => {
          const moved = Float64Array.from(weights);
          moved[place]! += change;
          return judge(layers.map((one, i) => (i === layer ? { ...one, [chosen.of]: moved } : one)));
        };
        expect(gradient).toBeCloseTo((lossAt(1e-4) - lossAt(-1e-4)) / 2e-4, 4);
      }),
      { numRuns: 500 },
    );
  },
);

/** Changes a last layer so that its outputs lie about 0.5, whatever its activation. */
function keepBetween({ activation, kernel, bias }: DenseLayer): void {
  for (let i = 0; i < kernel.length; i++) kernel[i]! *= 0.1;
  if (activation !== 'sigmoid' && activation !== 'softmax') bias.fill(0.5);
}

type Layer = Omit<DenseLayer, 'kernel' | 'bias'> & Record<'kernel' | 'bias', Float32Array | Float64Array>;

/** The mean loss over rows, and the penalties, in plain float64. */
function meanLoss(
  layers: readonly Layer[],
  { objective, penalties }: { objective: Objective; penalties: Penalties | undefined },
  { columns, labels }: { columns: readonly number[][]; labels: readonly number[] },
): number {
  const losses = columns.map((row, i) => {
    const sums = sumsOf(layers, row);
    return sums.length === 1
      ? lossOf(objective, sums[0]!, labels[i]!)
      : lossOfRow(objective, sums, labels[i]!);
  });
  const { l1, l2 } = penalties ?? { l1: 0, l2: 0 };
  const weights = penalties === undefined ? [] : layers.flatMap(({ kernel }) => [...kernel]);
  const penalty = weights.reduce((sum, weight) => sum + l1 * Math.abs(weight) + l2 * weight * weight, 0);
  return losses.reduce((total, loss) => total + loss, 0) / losses.length + penalty;
}

/** The last layer's sums for a row of ones in these columns. */
function sumsOf(layers: readonly Layer[], columns: readonly number[]): Float64Array {
  let values = new Map(columns.map((column) => [column, 1]));
  let sums = new Float64Array(0);
  for (const { units, activation, kernel, bias } of layers) {
    sums = Float64Array.from({ length: units }, (_, unit) =>
      [...values].reduce((sum, [input, x]) => sum + x * kernel[input * units + unit]!, bias[unit]!),
    );
    values = new Map(activateRows(activation, sums, units).entries());
  }
  return sums;
}

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lossOfRow } from '../../src/engine/class-loss.ts';
import { loadEngine } from '../../src/engine/engine.ts';
import { lossOf, type Objective } from '../../src/engine/loss.ts';
import { OPTIMIZERS, type Penalties } from '../../src/engine/optimizer.ts';
import { activateRows } from '../../src/engine/outputs.ts';
import type { DenseLayer } from '../../src/formats/model.ts';
import { anyTraining, layersOf, numberAt, objectiveOf, stepThrough, toRows } from './trainings.ts';

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
        const inputs = BATCH.map(
          (row): Input => new Map(columns[row]!.map((column) => [column, numberAt(shape, row, column)])),
        );
        const objective = objectiveOf(shape);
        const layers = layersOf(shape);
        keepBetween(layers.at(-1)!);
        fc.pre(isSmooth(layers, objective, inputs));

        const layer = chosen.layer % layers.length;
        const weights = layers[layer]![chosen.of];
        const place = chosen.place % weights.length;
        // Where l1 bends.
        fc.pre(!penalties?.l1 || chosen.of === 'bias' || Math.abs(weights[place]!) > 0.001);

        const given = { layers, rows: toRows(training), batches: [BATCH] };
        const after = stepThrough(engine, given, { objective, optimizer, penalties });
        const gradient = weights[place]! - after[layer]![chosen.of][place]!;
        const lossAt = (change: number): number => {
          const moved = Float64Array.from(weights);
          moved[place]! += change;
          const all = layers.map((one, i) => (i === layer ? { ...one, [chosen.of]: moved } : one));
          return meanLoss(all, { objective, penalties }, { inputs, labels });
        };
        expect(gradient).toBeCloseTo((lossAt(1e-4) - lossAt(-1e-4)) / 2e-4, 4);
      }),
      { numRuns: 500 },
    );
  },
);

/** Whether differences tell anything: not where a relu bends, nor where a cross-entropy is cut off. */
function isSmooth(
  layers: readonly Layer[],
  { loss, activation }: Objective,
  inputs: readonly Input[],
): boolean {
  if (layers.slice(0, -1).some((layer) => layer.activation === 'relu')) return false;
  const outputs = inputs.flatMap((input) => {
    const sums = sumsOf(layers, input);
    return [...activateRows(activation, sums, sums.length)];
  });
  if (loss === 'mean_squared_error') return activation !== 'relu' || outputs.every((output) => output > 0.01);
  return outputs.every((output) => output > 0.01 && output < 0.99);
}

/** Changes a last layer so that its outputs lie about 0.5, whatever its activation. */
function keepBetween({ activation, kernel, bias }: DenseLayer): void {
  for (let i = 0; i < kernel.length; i++) kernel[i]! *= 0.1;
  if (activation !== 'sigmoid' && activation !== 'softmax') bias.fill(0.5);
}

/** A row: what is in its columns. */
type Input = ReadonlyMap<number, number>;

type Layer = Omit<DenseLayer, 'kernel' | 'bias'> & Record<'kernel' | 'bias', Float32Array | Float64Array>;

/** The mean loss over rows, and the penalties, in plain float64. */
function meanLoss(
  layers: readonly Layer[],
  { objective, penalties }: { objective: Objective; penalties: Penalties | undefined },
  { inputs, labels }: { inputs: readonly Input[]; labels: readonly number[] },
): number {
  const losses = inputs.map((input, i) => {
    const sums = sumsOf(layers, input);
    return sums.length === 1
      ? lossOf(objective, sums[0]!, labels[i]!)
      : lossOfRow(objective, sums, labels[i]!);
  });
  const { l1, l2 } = penalties ?? { l1: 0, l2: 0 };
  const weights = penalties === undefined ? [] : layers.flatMap(({ kernel }) => [...kernel]);
  const penalty = weights.reduce((sum, weight) => sum + l1 * Math.abs(weight) + l2 * weight * weight, 0);
  return losses.reduce((total, loss) => total + loss, 0) / losses.length + penalty;
}

/** The last layer's sums for a row. */
function sumsOf(layers: readonly Layer[], input: Input): Float64Array {
  let values = input;
  let sums = new Float64Array(0);
  for (const { units, activation, kernel, bias } of layers) {
    sums = Float64Array.from({ length: units }, (_, unit) =>
      [...values].reduce((sum, [input, x]) => sum + x * kernel[input * units + unit]!, bias[unit]!),
    );
    values = new Map(activateRows(activation, sums, units).entries());
  }
  return sums;
}

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../src/engine/contract.ts';
import { initializeLayers } from '../src/engine/initialize.ts';
import { OPTIMIZERS } from '../src/engine/optimizer.ts';
import { arange, countRows, slices, type Rows } from '../src/engine/rows.ts';
import type { DenseLayer } from '../src/formats/model.ts';
import { Random } from '../src/random.ts';

// The same training in two languages: by our engine, and by bench/training.c.

const BATCH = 512;
const EPOCHS = 20;

/** Weights after one epoch may differ so much: both round, and sum in another order. */
const MOST_APART = 1e-4;

/** What both sides get. */
export interface Task {
  readonly rows: Rows;
  readonly layers: readonly DenseLayer[];
  /** By epoch, as `train` would have it: uint32[rows]. */
  readonly orders: readonly Uint32Array[];
  readonly epochs: number;
}

export interface Run {
  /** By epoch. */
  readonly seconds: readonly number[];
  /** Each kernel, then its bias. */
  readonly weights: Float32Array;
}

export function prepare(rows: Rows): Task {
  const shapes = [
    { units: 16, activation: 'relu' },
    { units: 16, activation: 'relu' },
    { units: 1, activation: 'sigmoid' },
  ] as const;
  const order = arange(countRows(rows));
  const orders = Array.from({ length: EPOCHS }, (_, epoch) =>
    new Random(1, 'shuffle', epoch + 1).shuffle(order).slice(),
  );
  return { rows, layers: initializeLayers(rows.dimension, shapes, { seed: 1 }), orders, epochs: EPOCHS };
}

export function runOurs(engine: Engine, { rows, layers, orders, epochs }: Task): Run {
  const trainer = engine.createTrainer(layers, {
    objective: { loss: 'binary_crossentropy', activation: 'sigmoid' },
    optimizer: OPTIMIZERS.rmsprop,
    batchSize: BATCH,
  });
  const seconds = orders.slice(0, epochs).map((order) => {
    const start = performance.now();
    for (const numbers of slices(order, BATCH)) trainer.step(rows, numbers, OPTIMIZERS.rmsprop.learningRate);
    return (performance.now() - start) / 1000;
  });
  const weights = Float32Array.from(trainer.weights().flatMap((array) => [...array]));
  trainer.dispose();
  return { seconds, weights };
}

/** Runs bench/training.c, as it was compiled; its files go into `folder`. Throws where it fails. */
export function runC(program: string, folder: string, { rows, layers, orders, epochs }: Task): Run {
  const [input, output] = [join(folder, 'input'), join(folder, 'weights')];
  const head = Uint32Array.of(countRows(rows), rows.indices.length, rows.dimension, BATCH, epochs);
  const weights = layers.flatMap(({ kernel, bias }) => [kernel, bias]);
  const arrays = [head, rows.offsets, rows.indices, rows.labels, ...weights, ...orders.slice(0, epochs)];
  writeFileSync(
    input,
    Buffer.concat(
      arrays.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)),
    ),
  );
  const { status, stdout } = spawnSync(program, [input, output], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`bench/training.c ended with ${status}`);
  const seconds = stdout
    .trim()
    .split('\n')
    .map((milliseconds) => Number(milliseconds) / 1000);
  return { seconds, weights: new Float32Array(Uint8Array.from(readFileSync(output)).buffer) };
}

/** Throws where the two don't compute the same. */
export function checkSame(theirs: Run, ours: Run): void {
  const apart = theirs.weights.reduce((most, weight, i) => {
    return Math.max(most, Math.abs(weight - ours.weights[i]!));
  }, 0);
  if (theirs.weights.length === ours.weights.length && apart <= MOST_APART) return;
  throw new Error(`after an epoch, weights of bench/training.c are ${apart} from ours`);
}

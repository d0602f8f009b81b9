import { spawnSync } from 'node:child_process';
import { createReadStream, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../src/engine/contract.ts';
import { initializeLayers } from '../src/engine/initialize.ts';
import { OPTIMIZERS } from '../src/engine/optimizer.ts';
import { arange, collectRows, countRows, slices, type Rows } from '../src/engine/rows.ts';
import { createWasmEngine } from '../src/engine/wasm/engine.ts';
import { readKernels } from '../src/engine/wasm/kernel-file.ts';
import type { DenseLayer } from '../src/formats/model.ts';
import { vectors } from '../src/formats/vectors.ts';
import { Random } from '../src/random.ts';
import { ROOT, stepOutput, type Workspace } from './sluice.ts';
import { median, medianRatio } from './statistics.ts';
import { formatMilliseconds, notMeasured, ratioAtMost, type Row } from './table.ts';

/** An epoch of bench/training.c is less than this from ours, in any weight. */
const MOST_APART = 1e-4;

/** `sqrtf` need not set errno, which would forbid GCC to make vectors of it; no result depends on it. */
const COMPILE = ['-O3', '-march=native', '-fno-math-errno'];

const BATCH = 512;
const EPOCHS = 20;
const FIGURE = 'an epoch of 15,000 rows, engine alone, in the middle of 20, against C';

/** A row of our engine against the same arithmetic in C, on one thread. The rounds are each a training from the same weights in the same order. */
export async function cRows(workspace: Workspace, rounds: number): Promise<Row[]> {
  const folder = mkdtempSync(join(workspace.folder, 'c-'));
  const program = join(folder, 'training');
  const built = spawnSync('cc', [...COMPILE, '-o', program, join(ROOT, 'bench/training.c'), '-lm'], {
    encoding: 'utf8',
  });
  if (built.error) return [notMeasured(FIGURE, 'no `cc` here', ratioAtMost(1.3))];
  if (built.status !== 0) throw new Error(`cc does not compile bench/training.c:\n${built.stderr}`);

  const input = createReadStream(await stepOutput(workspace, 'split', 'out'));
  const [collected] = await collectRows(vectors.read(input), ['train']);
  // Fixed in length, and so for any number of trainers.
  const training = prepare({ ...collected, indices: collected.indices.slice() });
  const engine = await createWasmEngine(readKernels());
  const first = runOurs(engine, { ...training, epochs: 1 });
  checkSame(runC(program, folder, { ...training, epochs: 1 }), first);
  const [ours, theirs]: [Run[], Run[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) theirs.push(runC(program, folder, training));
    ours.push(runOurs(engine, training));
    if (round % 2 === 1) theirs.push(runC(program, folder, training));
  }
  const middles = (runs: readonly Run[]): number[] => runs.map(({ seconds }) => median(seconds)!);
  const ratio = medianRatio(middles(ours), middles(theirs));
  return [
    {
      figure: `${FIGURE} (cc ${COMPILE.join(' ')})`,
      sluice: formatMilliseconds(median(middles(ours))!),
      peer: `${formatMilliseconds(median(middles(theirs))!)} (C)`,
      ratio,
      goal: { value: ratio, target: ratioAtMost(1.3) },
    },
    {
      figure: '— the first epoch of the process: V8 optimizes while it runs',
      sluice: formatMilliseconds(first.seconds[0]!),
    },
  ];
}

/** What both sides get. */
interface Task {
  readonly rows: Rows;
  readonly layers: readonly DenseLayer[];
  /** By epoch, as `train` would have it: uint32[rows]. */
  readonly orders: readonly Uint32Array[];
  readonly epochs: number;
}

interface Run {
  /** By epoch. */
  readonly seconds: readonly number[];
  /** Each kernel, then its bias. */
  readonly weights: Float32Array;
}

function prepare(rows: Rows): Task {
  const shapes = [
    { units: 16, activation: 'relu' },
    { units: 16, activation: 'relu' },
    { units: 1, activation: 'sigmoid' },
  ] as const;
  const order = arange(countRows(rows));
  const orders = Array.from({ length: EPOCHS }, (_, epoch) =>
    new Random(1, 'shuffle', epoch + 1).shuffle(order).slice(),
  );
  return { rows, layers: initializeLayers(rows.dimension, shapes, 1), orders, epochs: EPOCHS };
}

function runOurs(engine: Engine, { rows, layers, orders, epochs }: Task): Run {
  const trainer = engine.createTrainer(layers, {
    rows,
    loss: 'binary_crossentropy',
    optimizer: OPTIMIZERS.rmsprop,
    batchSize: BATCH,
  });
  const seconds = orders.slice(0, epochs).map((order) => {
    const start = performance.now();
    for (const numbers of slices(order, BATCH)) trainer.step(numbers);
    return (performance.now() - start) / 1000;
  });
  const weights = Float32Array.from(trainer.layers().flatMap(({ kernel, bias }) => [...kernel, ...bias]));
  trainer.dispose();
  return { seconds, weights };
}

/** Throws where the program fails. */
function runC(program: string, folder: string, { rows, layers, orders, epochs }: Task): Run {
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
function checkSame(theirs: Run, ours: Run): void {
  const apart = theirs.weights.reduce((most, weight, i) => {
    return Math.max(most, Math.abs(weight - ours.weights[i]!));
  }, 0);
  if (theirs.weights.length === ours.weights.length && apart <= MOST_APART) return;
  throw new Error(`after an epoch, weights of bench/training.c are ${apart} from ours`);
}

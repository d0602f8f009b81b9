import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Epoch } from '../../src/formats/history.ts';
import type { DenseLayer } from '../../src/formats/model.ts';
import { train } from '../../src/stages/train.ts';
import type * as v from 'valibot';

/** Trainings by Keras 3.15.1 on TensorFlow 2.21.0, from our first weights and with our order of the rows. */
const folder = fileURLToPath(new URL('../files/train/', import.meta.url));

const read = (file: string): Buffer => readFileSync(`${folder}${file}`);

export const input = read('input.arrows');

type Options = v.InferInput<v.StrictObjectSchema<typeof train.options, undefined>>;

export interface Golden {
  readonly name: string;
  /** The vectors that it is on. */
  readonly input: Buffer;
  readonly options: Options & { units: number[]; epochs: number; batchSize: number; seed: number };
  readonly history: Omit<Epoch, 'seconds'>[];
  readonly layers: (Omit<DenseLayer, 'kernel' | 'bias'> & { kernel: number[]; bias: number[] })[];
}

export const goldens = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file): Golden => {
    const golden = JSON.parse(read(file).toString()) as Omit<Golden, 'name' | 'input'> & { input?: string };
    return { ...golden, name: file.replace('.json', ''), input: read(golden.input ?? 'input.arrows') };
  });

/** How much of that may differ. Binary cross-entropy after a tanh divides by what float32 leaves of 1 - output. */
export const toleranceOf = ({ name }: Golden): number => (name === 'binary_crossentropy-tanh' ? 5e-5 : 1e-5);

/** The largest difference between weights, as a share of the largest weight of their array. */
export function relativeDifference(layers: readonly DenseLayer[], expected: Golden['layers']): number {
  const differences = layers.flatMap((layer, i) =>
    (['kernel', 'bias'] as const).map((name) => {
      const wanted = expected[i]![name];
      const largest = Math.max(...wanted.map(Math.abs), 1e-3);
      return Math.max(...wanted.map((weight, j) => Math.abs(layer[name][j]! - weight))) / largest;
    }),
  );
  return Math.max(...differences);
}

import type { Config } from '../formats/topology.ts';
import type { Random } from '../random.ts';
import { normal, orthogonal, truncatedNormal, uniform, varianceScaling, type Draw } from './initializers.ts';

/** Draws weights of a shape, row-major. */
type Initializer = (
  random: Random,
  shape: readonly number[],
  config: Readonly<Record<string, number>>,
) => Float32Array;

/** A random initializer of a topology, and the seed that it has of its own, if any. */
interface RandomInitializer {
  readonly draw: (random: Random, shape: readonly number[]) => Float32Array;
  readonly seed: number | undefined;
}

/** An initializer as Keras or TensorFlow.js writes it, by its name or with its numbers; `undefined` where it isn't random. */
export function toRandomInitializer(value: unknown): RandomInitializer | undefined {
  const { class_name, config } = (typeof value === 'string' ? { class_name: value } : (value ?? {})) as {
    class_name?: string;
    config?: Config;
  };
  const initializer = INITIALIZERS[plain(class_name)];
  if (initializer === undefined) return undefined;
  const given = Object.entries(config ?? {}).filter(([, number]) => number !== null);
  const { seed, ...numbers } = Object.fromEntries(given) as Record<string, number>;
  return { draw: (random, shape) => initializer(random, shape, numbers), seed };
}

/** `glorot_uniform`, `glorotUniform` and `GlorotUniform` are one name. */
const plain = (name: unknown): string => String(name).replaceAll('_', '').toLowerCase();

const fill = (shape: readonly number[], draw: Draw): Float32Array =>
  Float32Array.from({ length: sizeOf(shape) }, draw);

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

interface Scaling {
  readonly scale: number;
  readonly mode: string;
  readonly distribution: string;
}

const scaling =
  (defaults: Scaling): Initializer =>
  (random, shape, config) => {
    const { scale, mode, distribution } = { ...defaults, ...config } as Scaling;
    // Of a convolution, each output is a sum over the places of its window, too.
    const places = sizeOf(shape.slice(0, -2));
    const [inputs, outputs] = [places * (shape.at(-2) ?? shape[0]!), places * shape.at(-1)!];
    const fan = { fanin: inputs, fanout: outputs }[plain(mode)] ?? (inputs + outputs) / 2;
    const kind = distribution === 'uniform' ? 'uniform' : 'normal';
    return fill(shape, varianceScaling(random, { scale, fan, distribution: kind }));
  };

const INITIALIZERS: Readonly<Record<string, Initializer>> = {
  glorotuniform: scaling({ scale: 1, mode: 'fan_avg', distribution: 'uniform' }),
  glorotnormal: scaling({ scale: 1, mode: 'fan_avg', distribution: 'normal' }),
  heuniform: scaling({ scale: 2, mode: 'fan_in', distribution: 'uniform' }),
  henormal: scaling({ scale: 2, mode: 'fan_in', distribution: 'normal' }),
  lecununiform: scaling({ scale: 1, mode: 'fan_in', distribution: 'uniform' }),
  lecunnormal: scaling({ scale: 1, mode: 'fan_in', distribution: 'normal' }),
  variancescaling: scaling({ scale: 1, mode: 'fan_in', distribution: 'normal' }),
  randomuniform: (random, shape, { minval = -0.05, maxval = 0.05 }) =>
    fill(shape, uniform(random, minval, maxval)),
  randomnormal: (random, shape, { mean = 0, stddev = 0.05 }) => fill(shape, normal(random, { mean, stddev })),
  truncatednormal: (random, shape, { mean = 0, stddev = 0.05 }) =>
    fill(shape, truncatedNormal(random, { mean, stddev })),
  orthogonal: (random, shape, { gain = 1 }) => {
    const columns = shape.at(-1)!;
    return orthogonal(random, { rows: sizeOf(shape) / columns, columns, gain });
  },
};

import type { Tensor } from '@tensorflow/tfjs';
import { mapLayers, type Config, type Topology } from '../../formats/topology.ts';
import { Random } from '../../random.ts';
import { normal, orthogonal, truncatedNormal, uniform, varianceScaling } from '../initializers.ts';
import type { TensorFlow } from './tensorflow.ts';

/** Draws weights of a shape, row-major. */
type Initializer = (random: Random, shape: readonly number[]) => Float32Array;

const CLASS = 'SluiceInitializer';

/**
 * The topology with initializers in place of its random ones that TensorFlow.js asks for first weights, which come from the
 * seed as Keras's are distributed; without a seed they are zeros, for weights that are to be set. Those of the nth random initializer
 * come from the stream `weights/n`, as a perceptron's do.
 */
export function seedInitializers(tf: TensorFlow, topology: Topology, seed: number | undefined): Topology {
  const slots: ((shape: readonly number[]) => Float32Array)[] = [];
  const replaced = (value: unknown): unknown => {
    const found = toInitializer(value);
    if (found === undefined) return value;
    const name = found.seed === undefined ? slots.length : 'seeded';
    // A layer that is built twice, forwards and backwards, draws twice.
    let drawn = 0;
    slots.push((shape) => {
      if (seed === undefined) return new Float32Array(sizeOf(shape));
      const random = new Random(found.seed ?? seed, 'weights', name, ...(drawn === 0 ? [] : [drawn]));
      drawn++;
      return found.initializer(random, shape);
    });
    return { class_name: CLASS, config: { slot: slots.length - 1 } };
  };
  registerInitializer(tf, (slot, shape) => slots[slot]!(shape));
  return mapLayers(topology, ({ class_name, config }) => ({
    class_name,
    config: Object.fromEntries(
      Object.entries(config).map(([key, value]) => [
        key,
        key.endsWith('_initializer') ? replaced(value) : value,
      ]),
    ),
  }));
}

/** TensorFlow.js makes objects of JSON, so what draws has to be found by a number. */
function registerInitializer(
  tf: TensorFlow,
  draw: (slot: number, shape: readonly number[]) => Float32Array,
): void {
  class SluiceInitializer extends tf.serialization.Serializable {
    static readonly className = CLASS;
    readonly #slot: number;

    constructor({ slot }: { slot: number }) {
      super();
      this.#slot = slot;
    }

    apply(shape: number[]): Tensor {
      return tf.tensor(draw(this.#slot, shape), shape);
    }

    override getConfig(): { slot: number } {
      return { slot: this.#slot };
    }
  }
  tf.serialization.registerClass(SluiceInitializer as never);
}

/** A random initializer as Keras or TensorFlow.js writes it, with its own seed if it has one; `undefined` for any other. */
function toInitializer(
  value: unknown,
): { readonly initializer: Initializer; readonly seed: number | undefined } | undefined {
  const { class_name, config = {} } = (typeof value === 'string' ? { class_name: value } : (value ?? {})) as {
    class_name?: string;
    config?: Config;
  };
  const make = INITIALIZERS[plain(class_name)];
  if (make === undefined) return undefined;
  const number = (key: string, otherwise: number): number => Number(config[key] ?? otherwise);
  const seed = config['seed'] ?? undefined;
  return { initializer: make(number, config), seed: seed === undefined ? undefined : Number(seed) };
}

/** `glorot_uniform`, `glorotUniform` and `GlorotUniform` are one name. */
const plain = (name: unknown): string => String(name).replaceAll('_', '').toLowerCase();

type Make = (number: (key: string, otherwise: number) => number, config: Config) => Initializer;

const scaling =
  (scale: number, mode: string, distribution: 'uniform' | 'normal'): Make =>
  () =>
    scaled({ scale, mode, distribution });

const INITIALIZERS: Readonly<Record<string, Make>> = {
  glorotuniform: scaling(1, 'fanavg', 'uniform'),
  glorotnormal: scaling(1, 'fanavg', 'normal'),
  heuniform: scaling(2, 'fanin', 'uniform'),
  henormal: scaling(2, 'fanin', 'normal'),
  lecununiform: scaling(1, 'fanin', 'uniform'),
  lecunnormal: scaling(1, 'fanin', 'normal'),
  variancescaling: (number, config) =>
    scaled({
      scale: number('scale', 1),
      mode: plain(config['mode'] ?? 'fan_in'),
      distribution: plain(config['distribution'] ?? 'normal') === 'uniform' ? 'uniform' : 'normal',
    }),
  randomuniform: (number) =>
    each((random) => uniform(random, number('minval', -0.05), number('maxval', 0.05))),
  randomnormal: (number) => each((random) => normal(random, gaussian(number))),
  truncatednormal: (number) => each((random) => truncatedNormal(random, gaussian(number))),
  orthogonal: (number) => (random, shape) => {
    const columns = shape.at(-1)!;
    return orthogonal(random, { rows: sizeOf(shape) / columns, columns, gain: number('gain', 1) });
  },
};

const gaussian = (number: (key: string, otherwise: number) => number) => ({
  mean: number('mean', 0),
  stddev: number('stddev', 0.05),
});

const each =
  (drawOf: (random: Random, shape: readonly number[]) => () => number): Initializer =>
  (random, shape) =>
    Float32Array.from({ length: sizeOf(shape) }, drawOf(random, shape));

const scaled = ({
  mode,
  ...rest
}: {
  scale: number;
  mode: string;
  distribution: 'uniform' | 'normal';
}): Initializer =>
  each((random, shape) => {
    // Of a convolution, each output is a sum over the places of its window, too.
    const places = sizeOf(shape.slice(0, -2));
    const [inputs, outputs] = [places * (shape.at(-2) ?? shape[0]!), places * shape.at(-1)!];
    const fan = { fanin: inputs, fanout: outputs }[mode] ?? (inputs + outputs) / 2;
    return varianceScaling(random, { ...rest, fan });
  });

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

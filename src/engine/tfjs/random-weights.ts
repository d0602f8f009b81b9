import type { Tensor } from '@tensorflow/tfjs';
import { mapLayers, type Topology } from '../../formats/topology.ts';
import { Random } from '../../random.ts';
import { toRandomInitializer } from '../random-initializer.ts';
import type { TensorFlow } from './tensorflow.ts';

const CLASS = 'SluiceInitializer';

/**
 * The topology with initializers in place of its random ones that TensorFlow.js asks for first weights, which come from the
 * seed as Keras's are distributed; without a seed they are zeros, for weights that are to be set. Those of the nth random initializer
 * come from the stream `weights/n`, as a perceptron's do.
 */
export function seedInitializers(tf: TensorFlow, topology: Topology, seed: number | undefined): Topology {
  const slots: ((shape: readonly number[]) => Float32Array)[] = [];
  const replaced = (value: unknown): unknown => {
    const found = toRandomInitializer(value);
    if (found === undefined) return value;
    if (seed === undefined) return 'zeros';
    const name = found.seed === undefined ? slots.length : 'seeded';
    // A layer that is built twice, forwards and backwards, draws twice.
    let drawn = 0;
    slots.push((shape) => {
      const random = new Random(found.seed ?? seed, 'weights', name, ...(drawn === 0 ? [] : [drawn]));
      drawn++;
      return found.draw(random, shape);
    });
    return { class_name: CLASS, config: { slot: slots.length - 1 } };
  };
  registerInitializer(tf, (slot, shape) => slots[slot]!(shape));
  return mapLayers(topology, (layer) => ({
    ...layer,
    config: Object.fromEntries(
      Object.entries(layer.config).map(([key, value]) => [
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

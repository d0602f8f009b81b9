import type { Tensor } from '@tensorflow/tfjs';
import type { Kernels, Parameter } from './kernels.ts';
import type { Optimizer } from '../optimizer.ts';
import { createUpdate, type Update } from './update.ts';
import type { TensorFlow } from './tensorflow.ts';

/** The kernels in plain JavaScript: for the backends that lack TensorFlow's. */
export const createPortableKernels = (tf: TensorFlow): Kernels => ({
  segmentSum(matrix, { count, indices, segments, values }) {
    const [, units] = matrix.shape;
    const rows = matrix.dataSync<'float32'>();
    const sums = new Float32Array(count * units);
    for (let i = 0; i < indices.length; i++) {
      const to = segments[i]! * units;
      const from = indices[i]! * units;
      const value = values === undefined ? 1 : values[i]!;
      for (let unit = 0; unit < units; unit++) sums[to + unit]! += value * rows[from + unit]!;
    }
    return tf.tensor2d(sums, [count, units]);
  },
  parameter: (values, shape, optimizer) => new PortableParameter(tf, values, { shape, optimizer }),
});

/** A parameter in plain JavaScript, on any backend. */
export class PortableParameter implements Parameter {
  readonly #tf: TensorFlow;
  readonly #values: Float32Array;
  readonly #shape: number[];
  readonly #update: Update;

  constructor(
    tf: TensorFlow,
    values: Float32Array,
    { shape, optimizer }: { shape: number[]; optimizer: Optimizer },
  ) {
    this.#tf = tf;
    this.#values = values.slice();
    this.#shape = shape;
    this.#update = createUpdate(optimizer, values.length);
  }

  read(): Tensor {
    return this.#tf.tensor(this.#values, this.#shape);
  }

  update(gradient: Tensor, learningRate: number): void {
    this.#update(this.#values, gradient.dataSync<'float32'>(), learningRate);
  }

  dispose(): void {}
}

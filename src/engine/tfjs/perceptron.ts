import { setImmediate } from 'node:timers/promises';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { Activation, DenseLayer } from '../../formats/model.ts';
import { createInput, type Batch, type Input } from './input.ts';
import type { Kernels } from './kernels.ts';
import { arange, countRows, slices, type Rows } from '../rows.ts';
import type { TensorFlow } from './tensorflow.ts';

/** How many rows are predicted at once. */
const CHUNK = 1024;

/** A layer whose weights TensorFlow holds. */
export interface TensorLayer {
  readonly activation: Activation;
  readonly kernel: Tensor2D;
  readonly bias: Tensor1D;
}

/** A layer's gradients, by its kernel and its bias. */
export interface LayerGradient {
  readonly kernel: Tensor2D;
  readonly bias: Tensor1D;
}

/** What went forward in a step: what `forward` gave, the loss's derivatives by the last sums, and the hidden layers' factors. */
interface Passed {
  readonly outputs: readonly Tensor2D[];
  readonly slopes: Tensor2D;
  readonly factors?: readonly Tensor2D[];
}

/** A multi-layer perceptron on rows: what comes out, and by the chain rule how the weights change it. */
export class Perceptron {
  readonly #tf: TensorFlow;
  readonly #kernels: Kernels;

  constructor(tf: TensorFlow, kernels: Kernels) {
    this.#tf = tf;
    this.#kernels = kernels;
  }

  /** The rows as what the first layer reads. */
  input(rows: Rows): Input {
    return createInput(this.#tf, this.#kernels, rows);
  }

  /**
   * What each layer gives, float32[rows × units]; the last one its sums, before its activation. A hidden layer's outputs are
   * multiplied by its `factors` before they are passed on, if there are any.
   */
  forward(layers: readonly TensorLayer[], batch: Batch, factors: readonly Tensor2D[] = []): Tensor2D[] {
    const outputs: Tensor2D[] = [];
    for (const [i, { activation, kernel, bias }] of layers.entries()) {
      const input = i === 0 ? undefined : this.#pass(outputs[i - 1]!, factors[i - 1]);
      const products = input ? this.#tf.matMul<Tensor2D>(input, kernel) : batch.times(kernel);
      const sums = this.#tf.add(products, bias) as Tensor2D;
      outputs.push(i === layers.length - 1 ? sums : this.#activate(activation, sums));
    }
    return outputs;
  }

  /**
   * Each layer's gradients, from the last one to the first, with the layer's place. `outputs` are what `forward`
   * gave; `slopes` the loss's derivatives by the last sums, float32[rows × units].
   */
  *backward(
    layers: readonly TensorLayer[],
    batch: Batch,
    { outputs, slopes, factors = [] }: Passed,
  ): Generator<[layer: number, LayerGradient]> {
    const tf = this.#tf;
    let gradient = slopes;
    for (let i = layers.length - 1; i >= 0; i--) {
      const bias = tf.sum<Tensor1D>(gradient, 0);
      if (i === 0) {
        yield [0, { kernel: batch.transposedTimes(gradient), bias }];
        return;
      }
      const output = outputs[i - 1]!;
      const kernel = tf.matMul<Tensor2D>(this.#pass(output, factors[i - 1]), gradient, true);
      const below = tf.matMul<Tensor2D>(gradient, layers[i]!.kernel, false, true);
      const passed = this.#pass(below, factors[i - 1]);
      gradient = this.#timesSlope(layers[i - 1]!.activation, passed, output);
      yield [i, { kernel, bias }];
    }
  }

  /** The last layer's sums for all rows: float32[rows × outputs]. Lets other work run between chunks. */
  async sums(layers: readonly TensorLayer[], rows: Rows, signal?: AbortSignal): Promise<Float32Array> {
    const input = this.input(rows);
    const { size: outputs } = layers.at(-1)!.bias;
    const result = new Float32Array(countRows(rows) * outputs);
    let at = 0;
    for (const numbers of slices(arange(countRows(rows)), CHUNK)) {
      this.#tf.tidy(() => result.set(this.forward(layers, input(numbers)).at(-1)!.dataSync(), at));
      at += numbers.length * outputs;
      await setImmediate();
      signal?.throwIfAborted();
    }
    return result;
  }

  #pass(numbers: Tensor2D, factors: Tensor2D | undefined): Tensor2D {
    return factors === undefined ? numbers : this.#tf.mul(numbers, factors);
  }

  #activate(activation: Activation, sums: Tensor2D): Tensor2D {
    switch (activation) {
      case 'relu':
        return this.#tf.relu(sums);
      case 'sigmoid':
        return this.#tf.sigmoid(sums);
      case 'tanh':
        return this.#tf.tanh(sums);
      case 'linear':
        return sums;
      case 'softmax':
        return this.#tf.softmax(sums);
    }
  }

  /** `gradient` times the derivative of an activation, which its `output` tells. */
  #timesSlope(activation: Activation, gradient: Tensor2D, output: Tensor2D): Tensor2D {
    const tf = this.#tf;
    switch (activation) {
      case 'relu':
        return tf.mul(gradient, tf.step(output));
      case 'sigmoid':
        return tf.mul(gradient, tf.mul(output, tf.sub(1, output)));
      case 'tanh':
        return tf.mul(gradient, tf.sub(1, tf.square(output)));
      case 'linear':
        return gradient;
      case 'softmax':
        return tf.mul(output, tf.sub(gradient, tf.sum(tf.mul(gradient, output), 1, true)));
    }
  }
}

/** A layer's weights as tensors, which may share its arrays' memory. */
export function toTensors(tf: TensorFlow, layer: DenseLayer): TensorLayer {
  const { units, activation, kernel, bias } = layer;
  return {
    activation,
    kernel: tf.tensor2d(kernel, [kernel.length / units, units]),
    bias: tf.tensor1d(bias),
  };
}

import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { DenseLayer } from '../../formats/model.ts';
import type { Engine, Trainer, Training } from '../contract.ts';
import type { Input } from './input.ts';
import { keepsState, type Kernels, type Parameter } from './kernels.ts';
import type { Clip } from '../optimizer.ts';
import { clip, penalize, penaltyOf } from './gradients.ts';
import { Perceptron, toTensors, type LayerGradient, type TensorLayer } from './perceptron.ts';
import { checkFits, labelsOf, type Rows } from '../rows.ts';
import { slopesOf } from '../slopes.ts';
import type { TensorFlow } from './tensorflow.ts';

/** The engine on TensorFlow.js's present backend, with kernels that fit it. */
export function createEngine(tf: TensorFlow, kernels: Kernels): Engine {
  return {
    createTrainer: (layers, training) => new TensorFlowTrainer(tf, kernels, { layers, training }),
    async sums(model, rows, signal) {
      checkFits(model, rows);
      const layers = model.layers.map((layer) => toTensors(tf, layer));
      try {
        return await new Perceptron(tf, kernels).sums(layers, rows, signal);
      } finally {
        for (const { kernel, bias } of layers) tf.dispose([kernel, bias]);
      }
    },
  };
}

/** A layer whose weights learn. */
interface LearningLayer {
  readonly layer: DenseLayer;
  readonly kernel: Parameter;
  readonly bias: Parameter;
}

class TensorFlowTrainer implements Trainer {
  readonly #tf: TensorFlow;
  readonly #perceptron: Perceptron;
  readonly #layers: readonly LearningLayer[];
  readonly #inputs = new WeakMap<Rows, Input>();
  readonly #training: Training;
  #time = 0;

  constructor(
    tf: TensorFlow,
    kernels: Kernels,
    { layers, training }: { layers: readonly DenseLayer[]; training: Training },
  ) {
    const { optimizer } = training;
    this.#tf = tf;
    this.#perceptron = new Perceptron(tf, kernels);
    this.#layers = layers.map((layer) => ({
      layer,
      kernel: kernels.parameter(layer.kernel, [layer.kernel.length / layer.units, layer.units], optimizer),
      bias: kernels.parameter(layer.bias, [layer.units], optimizer),
    }));
    this.#training = training;
  }

  step(rows: Rows, numbers: Uint32Array, learningRate: number): Float32Array {
    this.#time++;
    const { penalties, clip: limits } = this.#training;
    const tf = this.#tf;
    const { units } = this.#layers.at(-1)!.layer;
    const result = new Float32Array(numbers.length * units);
    tf.tidy(() => {
      const batch = this.#inputOf(rows)(numbers);
      const layers = this.#read();
      const factors = this.#drop(numbers.length) ?? [];
      const outputs = this.#perceptron.forward(layers, batch, factors);
      result.set(outputs.at(-1)!.dataSync());
      const { objective } = this.#training;
      const slopes = tf.tensor2d(slopesOf(objective, result, labelsOf(rows, numbers)), [
        numbers.length,
        units,
      ]);
      let gradients: LayerGradient[] = [];
      for (const [i, gradient] of this.#perceptron.backward(layers, batch, { outputs, slopes, factors }))
        gradients[i] = gradient;
      if (penalties) gradients = penalize(tf, gradients, { layers, penalties });
      if (limits) gradients = this.#clip(gradients, limits);
      // While somebody holds its value, TensorFlow copies a variable before it changes it.
      for (const { kernel, bias } of layers) tf.dispose([kernel, bias]);
      for (const [i, { kernel, bias }] of gradients.entries()) {
        this.#layers[i]!.kernel.update(kernel, learningRate);
        this.#layers[i]!.bias.update(bias, learningRate);
      }
    });
    return result;
  }

  #clip(gradients: readonly LayerGradient[], limits: Clip): LayerGradient[] {
    const clipped = clip(
      this.#tf,
      gradients.flatMap(({ kernel, bias }) => [kernel, bias]),
      limits,
    );
    return gradients.map((_, i) => ({
      kernel: clipped[2 * i] as Tensor2D,
      bias: clipped[2 * i + 1] as Tensor1D,
    }));
  }

  penalty(): number {
    const { penalties } = this.#training;
    return penalties === undefined ? 0 : this.#tf.tidy(() => penaltyOf(this.#tf, this.#read(), penalties));
  }

  async sums(rows: Rows, signal?: AbortSignal): Promise<Float32Array> {
    const layers = this.#read();
    try {
      return await this.#perceptron.sums(layers, rows, signal);
    } finally {
      for (const { kernel, bias } of layers) this.#tf.dispose([kernel, bias]);
    }
  }

  hold(): void {}

  forget(rows: Rows): void {
    this.#inputs.delete(rows);
  }

  weights(): Float32Array[] {
    return this.#layers.flatMap(({ kernel, bias }) => [this.#values(kernel), this.#values(bias)]);
  }

  state(): never {
    throw keepsState();
  }

  restore(): never {
    throw keepsState();
  }

  dispose(): void {
    for (const { kernel, bias } of this.#layers) {
      kernel.dispose();
      bias.dispose();
    }
  }

  #inputOf(rows: Rows): Input {
    const input = this.#inputs.get(rows) ?? this.#perceptron.input(rows);
    this.#inputs.set(rows, input);
    return input;
  }

  #read(): TensorLayer[] {
    return this.#layers.map(({ layer, kernel, bias }) => ({
      activation: layer.activation,
      kernel: kernel.read() as Tensor2D,
      bias: bias.read() as Tensor1D,
    }));
  }

  /** The factors of the hidden layers in this step. */
  #drop(count: number): Tensor2D[] | undefined {
    const { dropout } = this.#training;
    return (
      dropout &&
      this.#layers.slice(0, -1).map(({ layer: { units } }, layer) => {
        const factors = dropout({ step: this.#time, layer }, count * units);
        return this.#tf.tensor2d(factors, [count, units]);
      })
    );
  }

  #values(parameter: Parameter): Float32Array {
    const tensor = parameter.read();
    const values = tensor.dataSync<'float32'>().slice();
    tensor.dispose();
    return values;
  }
}

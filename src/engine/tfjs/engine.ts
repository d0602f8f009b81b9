import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { DenseLayer } from '../../formats/model.ts';
import { Batcher } from './batch.ts';
import type { Engine, Trainer, Training } from '../contract.ts';
import type { Kernels, Parameter } from './kernels.ts';
import { activate, slopeOf, type Objective } from '../loss.ts';
import { Perceptron, toTensors, type TensorLayer } from './perceptron.ts';
import { checkDimension, type Rows } from '../rows.ts';
import type { TensorFlow } from './tensorflow.ts';

/** The engine on TensorFlow.js's present backend, with kernels that fit it. */
export function createEngine(tf: TensorFlow, kernels: Kernels): Engine {
  return {
    createTrainer: (layers, training) => new TensorFlowTrainer(tf, kernels, { layers, training }),
    async sums(model, rows, signal) {
      checkDimension(model, rows);
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
  readonly #labels: Float32Array;
  readonly #batcher: Batcher;
  readonly #objective: Objective;

  constructor(
    tf: TensorFlow,
    kernels: Kernels,
    { layers, training }: { layers: readonly DenseLayer[]; training: Training },
  ) {
    const { rows, loss, optimizer } = training;
    this.#tf = tf;
    this.#perceptron = new Perceptron(tf, kernels);
    this.#layers = layers.map((layer) => ({
      layer,
      kernel: kernels.parameter(layer.kernel, [layer.kernel.length / layer.units, layer.units], optimizer),
      bias: kernels.parameter(layer.bias, [layer.units], optimizer),
    }));
    this.#labels = rows.labels;
    this.#batcher = new Batcher(rows);
    this.#objective = { loss, activation: layers.at(-1)!.activation };
  }

  step(numbers: Uint32Array): Float32Array {
    const result = new Float32Array(numbers.length);
    this.#tf.tidy(() => {
      const batch = this.#batcher.take(numbers);
      const layers = this.#read();
      const outputs = this.#perceptron.forward(layers, batch);
      result.set(outputs.at(-1)!.dataSync());
      const slopes = this.#tf.tensor2d(this.#slopes(result, numbers), [numbers.length, 1]);
      const transposed = this.#batcher.transpose(batch);
      for (const [i, gradient] of this.#perceptron.backward(layers, transposed, { outputs, slopes })) {
        // While somebody holds its value, TensorFlow copies a variable before it changes it.
        this.#tf.dispose([layers[i]!.kernel, layers[i]!.bias]);
        this.#layers[i]!.kernel.update(gradient.kernel);
        this.#layers[i]!.bias.update(gradient.bias);
      }
    });
    return result;
  }

  async sums(rows: Rows, signal?: AbortSignal): Promise<Float32Array> {
    const layers = this.#read();
    try {
      return await this.#perceptron.sums(layers, rows, signal);
    } finally {
      for (const { kernel, bias } of layers) this.#tf.dispose([kernel, bias]);
    }
  }

  layers(): DenseLayer[] {
    return this.#layers.map(({ layer, kernel, bias }) => ({
      ...layer,
      kernel: this.#values(kernel),
      bias: this.#values(bias),
    }));
  }

  dispose(): void {
    for (const { kernel, bias } of this.#layers) {
      kernel.dispose();
      bias.dispose();
    }
  }

  #read(): TensorLayer[] {
    return this.#layers.map(({ layer, kernel, bias }) => ({
      activation: layer.activation,
      kernel: kernel.read() as Tensor2D,
      bias: bias.read() as Tensor1D,
    }));
  }

  #values(parameter: Parameter): Float32Array {
    const tensor = parameter.read();
    const values = tensor.dataSync<'float32'>().slice();
    tensor.dispose();
    return values;
  }

  /** The derivatives of the batch's mean loss by its sums. */
  #slopes(sums: Float32Array, numbers: Uint32Array): Float32Array {
    const { activation } = this.#objective;
    return sums.map((sum, i) => {
      const label = this.#labels[numbers[i]!]!;
      return slopeOf(this.#objective, activate(activation, sum), label) / sums.length;
    });
  }
}

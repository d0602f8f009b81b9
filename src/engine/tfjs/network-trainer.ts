import type { LayerVariable, Scalar, Variable } from '@tensorflow/tfjs';
import type { TopologyTrainer, Training } from '../contract.ts';
import { labelsOf, type Rows } from '../rows.ts';
import { slopesOf } from '../slopes.ts';
import { clip } from './gradients.ts';
import { keepsState, type Kernels, type Parameter } from './kernels.ts';
import type { Network } from './network.ts';
import { seedDropout } from './random-dropout.ts';
import type { TensorFlow } from './tensorflow.ts';

/** A weight of the network, which is what the parameter was after the last step. */
interface LearningWeight {
  readonly weight: LayerVariable;
  readonly parameter: Parameter;
}

/**
 * Trains a network by TensorFlow.js's own derivatives, and the optimizers of perceptrons. What dropout layers leave out comes from the
 * seed. The penalties are the network's own.
 */
export class NetworkTrainer implements TopologyTrainer {
  readonly shapes: TopologyTrainer['shapes'];
  readonly #tf: TensorFlow;
  readonly #network: Network;
  readonly #training: Training;
  readonly #weights: readonly LearningWeight[];
  /** What the regularizers of all layers add to the loss. */
  readonly #penalties: readonly (() => Scalar)[];
  readonly #beginStep: (step: number) => void;
  #time = 0;

  constructor(
    tf: TensorFlow,
    kernels: Kernels,
    { network, training, seed }: { network: Network; training: Training; seed: number },
  ) {
    this.#tf = tf;
    this.shapes = network.weights().map(({ name, shape }) => ({ name, shape }));
    this.#network = network;
    this.#training = training;
    this.#weights = network.model.trainableWeights.map((weight) => {
      const { shape } = weight;
      const values = weight.read().dataSync<'float32'>();
      const parameter = kernels.parameter(values, shape as number[], training.optimizer);
      return { weight, parameter };
    });
    const layers = network.layers();
    this.#penalties = [...new Set(layers.flatMap(({ losses }) => losses as (() => Scalar)[]))];
    this.#beginStep = seedDropout(tf, layers, seed);
  }

  step(rows: Rows, numbers: Uint32Array, learningRate: number): Float32Array {
    this.#beginStep(++this.#time);
    const tf = this.#tf;
    const { objective, clip: limits } = this.#training;
    const labels = labelsOf(rows, numbers);
    const { outputs } = this.#network;
    const result = new Float32Array(numbers.length * outputs);
    tf.tidy(() => {
      const variables = this.#weights.map(({ weight }) => weight.read() as Variable);
      const { grads } = tf.variableGrads(() => {
        const sums = this.#network.apply(rows, numbers, { training: true });
        result.set(sums.dataSync());
        const slopes = tf.tensor2d(slopesOf(objective, result, labels), [numbers.length, outputs]);
        return tf.addN([
          tf.sum<Scalar>(tf.mul(sums, slopes)),
          ...this.#penalties.map((penalty) => penalty()),
        ]);
      }, variables);
      // A weight that no output depends on has no gradient.
      const learning = this.#weights.filter((_, i) => grads[variables[i]!.name]);
      const gradients = variables.flatMap(({ name }) => grads[name] ?? []);
      const kept = limits ? clip(tf, gradients, limits) : gradients;
      for (const [i, { weight, parameter }] of learning.entries()) {
        parameter.update(kept[i]!, learningRate);
        weight.write(parameter.read());
      }
    });
    return result;
  }

  penalty(): number {
    return this.#tf.tidy(() =>
      this.#penalties.reduce((sum, penalty) => sum + penalty().dataSync<'float32'>()[0]!, 0),
    );
  }

  sums(rows: Rows, signal?: AbortSignal): Promise<Float32Array> {
    return this.#network.sums(rows, signal);
  }

  hold(): void {}

  forget(): void {}

  weights(): Float32Array[] {
    return this.#network.weights().map(({ values }) => values);
  }

  state(): never {
    throw keepsState();
  }

  restore(): never {
    throw keepsState();
  }

  dispose(): void {
    for (const { parameter } of this.#weights) parameter.dispose();
    this.#network.dispose();
  }
}

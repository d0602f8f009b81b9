import { setImmediate } from 'node:timers/promises';
import type { LayersModel, Tensor2D } from '@tensorflow/tfjs';
import { StageError, type ErrorCode } from '../../error.ts';
import type { Topology } from '../../formats/topology.ts';
import type { Tensor } from '../../formats/tensor-file.ts';
import { withoutActivation } from '../topology.ts';
import { arange, countRows, slices, type About, type Rows } from '../rows.ts';
import { partsOf, type Layer } from './layer-parts.ts';
import { checkShape, checkWords, toTensor } from './network-input.ts';
import { seedInitializers } from './random-weights.ts';
import type { TensorFlow } from './tensorflow.ts';

/** How many rows are computed at once. */
const CHUNK = 256;

/** A complete topology as TensorFlow.js builds it, which gives the sums that its outputs are made of. */
export class Network {
  readonly model: LayersModel;
  readonly #tf: TensorFlow;

  private constructor(tf: TensorFlow, model: LayersModel) {
    this.#tf = tf;
    this.model = model;
  }

  /**
   * Builds it with first weights from the seed, or without one with zeros. Throws `UNSUPPORTED` where TensorFlow.js can't
   * build it, and unless it has one input and one output.
   */
  static async build(tf: TensorFlow, topology: Topology, seed?: number): Promise<Network> {
    const seeded = seedInitializers(tf, withoutActivation(topology), seed);
    const model = await tf.models.modelFromJSON(seeded as never).catch((cause: Error) => {
      const [reason] = cause.message.split(/\n|This may be due to/);
      throw fault('UNSUPPORTED', `TensorFlow.js can't build the topology: ${reason!.trim()}`, cause);
    });
    const [input, ...inputs] = model.inputs ?? [];
    if (input === undefined || inputs.length > 0)
      throw fault('UNSUPPORTED', `the topology has ${model.inputs?.length ?? 'no shapes of'} inputs`);
    const [output] = model.outputs;
    if (output!.shape.length !== 2)
      throw fault(
        'UNSUPPORTED',
        `the topology's output has shape [${shown(output!.shape)}], not [rows, outputs]`,
      );
    const names = model.weights.map(({ originalName }) => originalName);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) throw fault('UNSUPPORTED', `two weights of the topology are called ${twice}`);
    return new Network(tf, model);
  }

  /** How many a row has. */
  get outputs(): number {
    return this.model.outputs[0]!.shape[1]!;
  }

  /** Copies of its weights, in TensorFlow.js's order. */
  weights(): Tensor[] {
    return this.model.weights.map((weight) => {
      const values = weight.read();
      return { name: weight.originalName, shape: values.shape, values: values.dataSync<'float32'>().slice() };
    });
  }

  /** Takes over weights. Throws `CORRUPT` where they aren't those of this topology. */
  setWeights(weights: readonly Tensor[]): void {
    const shapes = (all: readonly Tensor[]) =>
      all.map(({ name, shape }) => `${name} [${shape.join()}]`).join();
    if (shapes(weights) !== shapes(this.weights()))
      throw fault(
        'CORRUPT',
        `the model has weights ${shapes(weights)}, its topology ${shapes(this.weights())}`,
      );
    this.#tf.tidy(() => {
      this.model.weights.forEach((weight, i) =>
        weight.write(this.#tf.tensor(weights[i]!.values, [...weights[i]!.shape])),
      );
    });
  }

  /** The sums of all rows: float32[rows × outputs]. Lets other work run between chunks. Throws the signal's reason once it is aborted. */
  async sums(rows: Rows, signal?: AbortSignal): Promise<Float32Array> {
    const result = new Float32Array(countRows(rows) * this.outputs);
    this.check(rows);
    let at = 0;
    for (const numbers of slices(arange(countRows(rows)), CHUNK)) {
      this.#tf.tidy(() => {
        result.set(this.apply(rows, numbers).dataSync(), at);
      });
      at += numbers.length * this.outputs;
      await setImmediate();
      signal?.throwIfAborted();
    }
    return result;
  }

  /** The sums of some rows: float32[numbers × outputs]. In training, dropout layers are at work. */
  apply(rows: Rows, numbers: Uint32Array, options: { training?: boolean } = {}): Tensor2D {
    return this.model.apply(toTensor(this.#tf, rows, numbers), { training: false, ...options }) as Tensor2D;
  }

  /** Throws `BAD_VALUE` where it can't read such rows. */
  check(about: About): void {
    checkWords(this.layers(), about);
    checkShape(this.model.inputs[0]!.shape, about);
  }

  /** All layers, those within others, too. */
  layers(): Layer[] {
    return [...partsOf(this.model)];
  }

  dispose(): void {
    this.model.dispose();
  }
}

const shown = (shape: readonly (number | null)[]): string =>
  shape.map((length) => length ?? 'rows').join(', ');

const fault = (code: ErrorCode, message: string, cause?: Error): StageError =>
  new StageError(code, message, {
    where: { field: 'topology' },
    hint: 'expected layers as TensorFlow.js writes them, from one input, whose batch_input_shape is said, to one output',
    cause,
  });

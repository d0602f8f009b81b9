import type { DenseLayer } from '../../formats/model.ts';
import type { Trainer, TrainerState, Training } from '../contract.ts';
import { lossActivation } from '../class-loss.ts';
import { labelsOf, type Rows } from '../rows.ts';
import { writeSlopes } from '../slopes.ts';
import { drawFactors, placeDropped } from './dropped.ts';
import { Gradients } from './gradients.ts';
import { CHUNK, Inference } from './inference.ts';
import type { Input } from './input.ts';
import type { Kernels } from './module.ts';
import { narrow, type Dropped, type PlacedLayer } from './network.ts';
import { createUpdate, type Parameter, type Update } from './update.ts';

/** A layer that learns: its parameters, and the address of the derivatives by its sums. */
interface Learning {
  readonly kernel: Parameter;
  readonly bias: Parameter;
  readonly slopes: number;
}

/** Weights, and all else that takes part, in the memory of kernels of its own. */
export class WasmTrainer implements Trainer {
  readonly #inference: Inference;
  readonly #training: Training;
  readonly #learning: readonly Learning[];
  readonly #gradients: Gradients;
  readonly #dropped: readonly Dropped[] | undefined;
  readonly #updates: readonly (Update & { readonly parameter: Parameter })[];
  #time = 0;

  constructor(kernels: Kernels, layers: readonly DenseLayer[], training: Training) {
    const inference = new Inference(kernels, layers, Math.max(CHUNK, training.batchSize));
    this.#inference = inference;
    this.#training = training;
    this.#learning = inference.network.layers.map((layer) => learn(layer, inference));
    const all = this.#learning.flatMap(({ kernel, bias }) => [kernel, bias]);
    const parameters = { kernels: this.#learning.map(({ kernel }) => kernel), all };
    this.#dropped = training.dropout && placeDropped(inference);
    this.#gradients = new Gradients(inference, parameters, training);
    this.#updates = all.map((parameter) => ({
      parameter,
      ...createUpdate(training.optimizer, parameter, inference),
    }));
  }

  step(rows: Rows, numbers: Uint32Array, learningRate: number): Float32Array {
    this.#time++;
    const { network, arena } = this.#inference;
    const last = network.layers.at(-1)!;
    const { dropout, objective } = this.#training;
    const count = numbers.length;
    if (dropout !== undefined)
      drawFactors(this.#inference, this.#dropped!, { dropout, step: this.#time, count });
    const input = this.#inference.place(rows);
    const sums = this.#inference.forward(input, numbers, this.#dropped);
    network.activate({ ...last, activation: lossActivation(objective) }, last.outputs, count);
    const outputs = arena.floats(last.outputs, count * last.stride);
    const slopes = arena.floats(this.#learning.at(-1)!.slopes, count * last.stride);
    writeSlopes(objective, { ...last, outputs, labels: labelsOf(rows, numbers) }, slopes);
    this.#backward(input, count);
    this.#gradients.prepare();
    for (const update of this.#updates) update.step(this.#time, learningRate);
    return sums;
  }

  penalty(): number {
    return this.#gradients.penalty();
  }

  sums(rows: Rows, signal?: AbortSignal): Promise<Float32Array> {
    return this.#inference.sums(rows, signal);
  }

  hold(rows: Rows): void {
    this.#inference.place(rows);
  }

  forget(rows: Rows): void {
    this.#inference.forget(rows);
  }

  weights(): Float32Array[] {
    const { arena, network } = this.#inference;
    return network.layers.flatMap(({ inputs, units, stride, kernel, bias }) => [
      narrow(arena.floats(kernel, inputs * stride), units, stride),
      narrow(arena.floats(bias, stride), units, stride),
    ]);
  }

  state(): TrainerState {
    return { time: this.#time, arrays: this.#arrays().map((array) => Float32Array.from(array)) };
  }

  restore({ time, arrays }: TrainerState): void {
    this.#time = time;
    for (const [i, array] of this.#arrays().entries()) array.set(arrays[i]!);
  }

  /** Of each parameter, its weights and the optimizer's slots. */
  #arrays(): (Float32Array | Uint32Array)[] {
    const { arena } = this.#inference;
    return this.#updates.flatMap(({ parameter, slots }) => [
      arena.floats(parameter.weights, parameter.rows * parameter.stride),
      ...slots.map(({ address, length, counts }) =>
        counts ? arena.integers(address, length) : arena.floats(address, length),
      ),
    ]);
  }

  /** Its memory goes with it. */
  dispose(): void {}

  /** The gradients of all parameters, from the derivatives by the last layer's sums. */
  #backward(input: Input, count: number): void {
    const { kernels, arena, network, numbers } = this.#inference;
    for (let i = network.layers.length - 1; i >= 0; i--) {
      const { inputs, stride, kernel: weights } = network.layers[i]!;
      const { kernel, bias, slopes } = this.#learning[i]!;
      kernels.sumRows(slopes, stride, count, bias.gradient);
      arena.bytes(bias.touched, 1).fill(1);
      if (i === 0) {
        input.backward({ numbers, count }, slopes, kernel);
        return;
      }
      const below = network.layers[i - 1]!;
      const { factors, passed } = this.#dropped?.[i - 1] ?? { passed: below.outputs };
      kernels.denseBackward(passed, below.stride, inputs, count, slopes, stride, kernel.gradient);
      arena.bytes(kernel.touched, inputs).fill(1);
      const under = this.#learning[i - 1]!.slopes;
      kernels.denseBelow(slopes, stride, count, weights, inputs, below.stride, under);
      if (factors !== undefined) kernels.multiply(under, factors, under, count * below.stride);
      network.timesSlope(below, under, count);
    }
  }
}

function learn({ inputs, stride, kernel, bias }: PlacedLayer, { arena, most }: Inference): Learning {
  const parameter = (weights: number, rows: number): Parameter => ({
    weights,
    gradient: arena.allocate(4 * rows * stride),
    rows,
    stride,
    touched: arena.allocate(rows),
  });
  return {
    kernel: parameter(kernel, inputs),
    bias: parameter(bias, 1),
    slopes: arena.allocate(4 * most * stride),
  };
}

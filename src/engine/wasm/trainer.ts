import type { DenseLayer } from '../../formats/model.ts';
import type { Trainer, Training } from '../contract.ts';
import { slopeOf, type Objective } from '../loss.ts';
import type { Rows } from '../rows.ts';
import { Inference } from './inference.ts';
import type { Kernels } from './module.ts';
import { narrow, type PlacedLayer, type PlacedRows } from './network.ts';
import { createUpdate, type Parameter, type Update } from './update.ts';

/** A layer that learns: its parameters, and the address of the derivatives by its sums. */
interface Learning {
  readonly kernel: Parameter;
  readonly bias: Parameter;
  readonly slopes: number;
}

/** Weights, rows and all else that takes part, in the memory of kernels of its own. */
export class WasmTrainer implements Trainer {
  readonly #inference: Inference;
  readonly #labels: Float32Array;
  readonly #rows: PlacedRows;
  readonly #objective: Objective;
  readonly #learning: readonly Learning[];
  readonly #updates: readonly Update[];

  constructor(
    kernels: Kernels,
    layers: readonly DenseLayer[],
    { rows, loss, optimizer, batchSize }: Training,
  ) {
    const inference = new Inference(kernels, layers, batchSize);
    this.#inference = inference;
    this.#labels = rows.labels;
    this.#rows = inference.place(rows);
    this.#objective = { loss, activation: layers.at(-1)!.activation };
    this.#learning = inference.network.layers.map((layer) => learn(layer, inference));
    this.#updates = this.#learning
      .flatMap(({ kernel, bias }) => [kernel, bias])
      .map((parameter) => createUpdate(optimizer, parameter, inference));
  }

  step(numbers: Uint32Array): Float32Array {
    const { network, arena } = this.#inference;
    const last = network.layers.at(-1)!;
    const sums = this.#inference.forward(this.#rows, numbers);
    network.activate(last, last.outputs, numbers.length);
    const outputs = arena.floats(last.outputs, numbers.length * last.stride);
    const slopes = arena.floats(this.#learning.at(-1)!.slopes, numbers.length * last.stride);
    for (let i = 0; i < numbers.length; i++) {
      const first = i * last.stride;
      const label = this.#labels[numbers[i]!]!;
      slopes[first] = slopeOf(this.#objective, outputs[first]!, label) / numbers.length;
    }
    this.#backward(numbers.length);
    for (const update of this.#updates) update();
    return sums;
  }

  sums(rows: Rows, signal?: AbortSignal): Promise<Float32Array> {
    return this.#inference.sums(rows, signal);
  }

  layers(): DenseLayer[] {
    const { arena, network } = this.#inference;
    return network.layers.map(({ inputs, units, stride, activation, kernel, bias }) => ({
      units,
      activation,
      kernel: narrow(arena.floats(kernel, inputs * stride), units, stride),
      bias: narrow(arena.floats(bias, stride), units, stride),
    }));
  }

  /** Its memory goes with it. */
  dispose(): void {}

  /** The gradients of all parameters, from the derivatives by the last layer's sums. */
  #backward(count: number): void {
    const { kernels, arena, network, numbers } = this.#inference;
    for (let i = network.layers.length - 1; i >= 0; i--) {
      const { inputs, stride, kernel: weights } = network.layers[i]!;
      const { kernel, bias, slopes } = this.#learning[i]!;
      kernels.sumRows(slopes, stride, count, bias.gradient);
      arena.bytes(bias.touched, 1).fill(1);
      if (i === 0) {
        const { isWide, offsets, indices } = this.#rows;
        const sparseBackward = isWide ? kernels.sparseBackward32 : kernels.sparseBackward16;
        sparseBackward(numbers, count, offsets, indices, slopes, stride, kernel.gradient, kernel.touched);
        return;
      }
      const below = network.layers[i - 1]!;
      kernels.denseBackward(below.outputs, below.stride, inputs, count, slopes, stride, kernel.gradient);
      arena.bytes(kernel.touched, inputs).fill(1);
      const under = this.#learning[i - 1]!.slopes;
      kernels.denseBelow(slopes, stride, count, weights, inputs, below.stride, under);
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

import type { Activation, DenseLayer } from '../../formats/model.ts';
import type { Affine, Batch, Input } from './input.ts';
import type { Arena } from './memory.ts';
import type { Kernels } from './module.ts';

/** A layer in the kernels' memory; its outputs are what it gives for a batch. */
export interface PlacedLayer extends Affine {
  readonly inputs: number;
  readonly units: number;
  readonly activation: Activation;
}

/** Of a hidden layer whose units are left out at random: what its outputs are multiplied by, and what comes of that. */
export interface Dropped {
  readonly factors: number;
  readonly passed: number;
}

/** A multi-layer perceptron in the kernels' memory, for up to `most` rows at a time. */
export class Network {
  readonly #kernels: Kernels;
  readonly layers: readonly PlacedLayer[];

  constructor(
    kernels: Kernels,
    arena: Arena,
    { layers, most }: { layers: readonly DenseLayer[]; most: number },
  ) {
    this.#kernels = kernels;
    this.layers = layers.map((layer) => placeLayer(arena, layer, most));
  }

  /**
   * What the layers give for a batch of the rows; the last one its sums, before its activation. The outputs of hidden layer i are
   * passed on as `dropped[i]` has them, if that is given.
   */
  forward(input: Input, batch: Batch, dropped?: readonly Dropped[]): void {
    const { denseForward, multiply } = this.#kernels;
    const { count } = batch;
    const [first, ...others] = this.layers as [PlacedLayer, ...PlacedLayer[]];
    input.forward(batch, first);
    let below = first;
    for (const [i, layer] of others.entries()) {
      this.activate(below, below.outputs, count);
      const { factors, passed } = dropped?.[i] ?? { passed: below.outputs };
      if (factors !== undefined) multiply(below.outputs, factors, passed, count * below.stride);
      const { kernel, bias, stride, outputs } = layer;
      denseForward(passed, below.stride, below.units, count, kernel, bias, stride, outputs);
      below = layer;
    }
  }

  /** Turns sums of a layer into outputs, in place. */
  activate({ activation, units, stride }: PlacedLayer, sums: number, count: number): void {
    if (activation !== 'linear') this.#kernels[activation](sums, count, units, stride);
  }

  /** Turns derivatives by a layer's outputs into derivatives by its sums, in place. */
  timesSlope({ activation, units, stride, outputs }: PlacedLayer, slopes: number, count: number): void {
    if (activation !== 'linear') this.#kernels[SLOPES[activation]](slopes, outputs, count, units, stride);
  }
}

const SLOPES = {
  relu: 'reluSlope',
  sigmoid: 'sigmoidSlope',
  tanh: 'tanhSlope',
  softmax: 'softmaxSlope',
} as const;

function placeLayer(
  arena: Arena,
  { units, activation, kernel, bias }: DenseLayer,
  most: number,
): PlacedLayer {
  const inputs = kernel.length / units;
  const stride = Math.ceil(units / 4) * 4;
  return {
    inputs,
    units,
    stride,
    activation,
    kernel: arena.place(widen(kernel, units, stride)),
    bias: arena.place(widen(bias, units, stride)),
    outputs: arena.allocate(4 * most * stride),
  };
}

/** Rows of `units` numbers as rows of `stride`, with zeros at their ends. */
export function widen(rows: Float32Array, units: number, stride: number): Float32Array {
  if (units === stride) return rows;
  const wide = new Float32Array((rows.length / units) * stride);
  for (let row = 0; row * units < rows.length; row++)
    wide.set(rows.subarray(row * units, (row + 1) * units), row * stride);
  return wide;
}

/** The reverse, as a copy. */
export function narrow(rows: Float32Array, units: number, stride: number): Float32Array {
  if (units === stride) return rows.slice();
  const result = new Float32Array((rows.length / stride) * units);
  for (let row = 0; row * units < result.length; row++)
    result.set(rows.subarray(row * stride, row * stride + units), row * units);
  return result;
}

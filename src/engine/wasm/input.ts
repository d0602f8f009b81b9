import type { Rows } from '../rows.ts';
import type { Arena } from './memory.ts';
import type { Kernel, Kernels } from './module.ts';
import type { Parameter } from './update.ts';

/** Rows in the kernels' memory, as what a first layer reads. */
export interface Input {
  /** Gives the layer's sums for a batch. */
  forward(batch: Batch, layer: Affine): void;
  /** Adds what the batch that went forward last gives to the gradient of the layer's kernel. `slopes` are the derivatives by its sums. */
  backward(batch: Batch, slopes: number, kernel: Parameter): void;
}

/** What a layer computes, by address: `outputs` = input · `kernel` + `bias`, each row of them `stride` numbers long. */
export interface Affine {
  readonly stride: number;
  readonly kernel: number;
  readonly bias: number;
  readonly outputs: number;
}

/** Some of the rows: the address of their numbers, and how many they are. */
export interface Batch {
  readonly numbers: number;
  readonly count: number;
}

/**
 * Puts rows into the memory, to be read up to `most` at a time. Those that `collectRows` has given go there: who asks for them again
 * gets a `TypeError`.
 */
export function placeRows(
  { kernels, arena, most }: { kernels: Kernels; arena: Arena; most: number },
  rows: Rows,
): Input {
  const { dimension, encoding, offsets, indices, values } = rows;
  if ((encoding === 'dense' ? values! : indices).length < offsets.at(-1)!)
    throw new TypeError('these rows were given to another engine');
  if (encoding !== 'dense') return new SparseInput(kernels, arena, rows);
  const [placed, batch] = [arena.move(values!), arena.allocate(4 * most * dimension)];
  return new DenseInput(kernels, arena, { dimension, values: placed, batch });
}

/** Rows of which the columns that are not zero are known: the kernel's rows of these columns are all that is read. */
class SparseInput implements Input {
  readonly #forward: Kernel;
  readonly #backward: Kernel;
  /** The addresses of the offsets, the indices, and the values, if they are not all one. */
  readonly #arrays: readonly number[];

  constructor(kernels: Kernels, arena: Arena, { offsets, indices, values }: Rows) {
    const kind = values === undefined ? 'sparse' : 'weighted';
    const bits = indices instanceof Uint32Array ? 32 : 16;
    this.#forward = kernels[`${kind}Forward${bits}`];
    this.#backward = kernels[`${kind}Backward${bits}`];
    this.#arrays = [arena.place(offsets), arena.move(indices), ...(values ? [arena.move(values)] : [])];
  }

  forward({ numbers, count }: Batch, { kernel, bias, stride, outputs }: Affine): void {
    this.#forward(numbers, count, ...this.#arrays, kernel, bias, stride, outputs);
  }

  backward({ numbers, count }: Batch, slopes: number, { gradient, stride, touched }: Parameter): void {
    this.#backward(numbers, count, ...this.#arrays, slopes, stride, gradient, touched);
  }
}

/** Rows of `dimension` numbers each. Those of a batch are gathered, so that the kernels of all layers can read them. */
class DenseInput implements Input {
  readonly #kernels: Kernels;
  readonly #arena: Arena;
  readonly #rows: { readonly dimension: number; readonly values: number; readonly batch: number };

  constructor(kernels: Kernels, arena: Arena, rows: { dimension: number; values: number; batch: number }) {
    this.#kernels = kernels;
    this.#arena = arena;
    this.#rows = rows;
  }

  forward({ numbers, count }: Batch, { kernel, bias, stride, outputs }: Affine): void {
    const { dimension, values, batch } = this.#rows;
    this.#kernels.gatherRows(numbers, count, values, dimension, batch);
    this.#kernels.denseForward(batch, dimension, dimension, count, kernel, bias, stride, outputs);
  }

  backward({ count }: Batch, slopes: number, { gradient, stride, touched }: Parameter): void {
    const { dimension, batch } = this.#rows;
    this.#kernels.denseBackward(batch, dimension, dimension, count, slopes, stride, gradient);
    this.#arena.bytes(touched, dimension).fill(1);
  }
}

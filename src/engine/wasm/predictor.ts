import type { Activation, DenseLayer, Model } from '../../formats/model.ts';
import { checkFits, type Rows } from '../rows.ts';
import { Arena } from './memory.ts';
import { instantiate, type Kernels } from './module.ts';
import { widen } from './network.ts';

/** How many rows are in the kernels' memory at once, at most. */
const CHUNK = 256;

/** What rows are to be predicted from. */
export type Columns = Omit<Rows, 'labels'>;

/** A predictor for one model, from the compiled kernels. It needs nothing but WebAssembly, so it runs in a browser, too. */
export async function createPredictor(kernels: Uint8Array, model: Model): Promise<Predictor> {
  return new Predictor(instantiate(await WebAssembly.compile(kernels)), model);
}

/**
 * A model in the memory of kernels of its own. It computes in float64 and rounds once, at the end: so a prediction lies as near to
 * every float32 engine as that engine to the truth. It depends on its row alone, and is the same on every machine.
 */
export class Predictor {
  readonly #kernels: Kernels;
  readonly #arena: Arena;
  readonly #model: Model;
  readonly #layers: readonly PlacedLayer[];

  constructor(kernels: Kernels, model: Model) {
    this.#kernels = kernels;
    this.#arena = new Arena(kernels.memory, kernels.heapBase());
    this.#model = model;
    this.#layers = model.layers.map((layer) => placeLayer(this.#arena, layer));
  }

  /** What the model gives for each row: float32[rows × outputs]. Throws `BAD_VALUE` where the rows' dimension or encoding isn't the model's. */
  predict(rows: Columns): Float32Array {
    checkFits(this.#model, rows);
    const { units, stride, outputs } = this.#layers.at(-1)!;
    const length = rows.offsets.length - 1;
    const predictions = new Float32Array(length * units);
    for (let first = 0; first < length; first += CHUNK) {
      const count = Math.min(CHUNK, length - first);
      this.#forward(rows, first, count);
      const rounded = this.#arena.doubles(outputs, count * stride);
      for (let row = 0; row < count; row++)
        for (let unit = 0; unit < units; unit++)
          predictions[(first + row) * units + unit] = rounded[row * stride + unit]!;
    }
    return predictions;
  }

  /** Computes `count` rows from `first` on. They are in the memory only meanwhile, so it stays as large as the largest chunk. */
  #forward(rows: Columns, first: number, count: number): void {
    const before = this.#arena.end;
    let below: PlacedLayer | undefined;
    for (const layer of this.#layers) {
      const { units, stride, activation, outputs } = layer;
      if (below !== undefined) this.#dense(below, count, layer);
      else if (rows.encoding === 'dense')
        this.#dense(placeDense(this.#arena, rows, [first, first + count]), count, layer);
      else this.#sparse(placeSparse(this.#arena, rows, [first, first + count]), count, layer);
      if (activation !== 'linear') this.#kernels[`${activation}Double`](outputs, count, units, stride);
      below = layer;
    }
    this.#arena.release(before);
  }

  #sparse(arrays: readonly number[], count: number, { kernel, bias, stride, outputs }: PlacedLayer): void {
    const sums = arrays.length === 2 ? this.#kernels.sparseDouble : this.#kernels.weightedDouble;
    sums(...arrays, count, kernel, bias, stride, outputs);
  }

  #dense(below: Outputs, count: number, { kernel, bias, stride, outputs }: PlacedLayer): void {
    const { denseDouble } = this.#kernels;
    denseDouble(below.outputs, below.stride, below.units, count, kernel, bias, stride, outputs);
  }
}

/** Rows of `units` float64, each `stride` numbers after the one before. */
interface Outputs {
  readonly units: number;
  readonly stride: number;
  readonly outputs: number;
}

/** A layer in the kernels' memory, with what it gives for a chunk; its weights are float32, in rows of `stride`, too. */
interface PlacedLayer extends Outputs {
  readonly activation: Activation;
  readonly kernel: number;
  readonly bias: number;
}

/** Some rows' offsets, indices as uint32, and values, if they are not all one. */
function placeSparse(
  arena: Arena,
  { offsets, indices, values }: Columns,
  [first, end]: [number, number],
): number[] {
  const [from, to] = [offsets[first]!, offsets[end]!];
  return [
    arena.place(offsets.subarray(first, end + 1).map((offset) => offset - from)),
    arena.place(new Uint32Array(indices.subarray(from, to))),
    ...(values ? [arena.place(values.subarray(from, to))] : []),
  ];
}

/** Some rows as float64. */
function placeDense(arena: Arena, { dimension, values }: Columns, [first, end]: [number, number]): Outputs {
  const numbers = values!.subarray(first * dimension, end * dimension);
  const outputs = arena.allocate(8 * numbers.length);
  arena.doubles(outputs, numbers.length).set(numbers);
  return { units: dimension, stride: dimension, outputs };
}

function placeLayer(arena: Arena, { units, activation, kernel, bias }: DenseLayer): PlacedLayer {
  const stride = Math.ceil(units / 4) * 4;
  return {
    units,
    stride,
    activation,
    kernel: arena.place(widen(kernel, units, stride)),
    bias: arena.place(widen(bias, units, stride)),
    outputs: arena.allocate(8 * CHUNK * stride),
  };
}

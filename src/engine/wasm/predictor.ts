import type { Activation, DenseLayer, Model } from '../../formats/model.ts';
import { checkDimension, type Rows } from '../rows.ts';
import { Arena } from './memory.ts';
import { instantiate, type Kernels } from './module.ts';
import { widen } from './network.ts';

/** How many rows are in the kernels' memory at once, at most. */
const CHUNK = 256;

/** What rows are to be predicted from. */
export type Columns = Pick<Rows, 'dimension' | 'offsets' | 'indices'>;

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

  /** What the model gives for each row: float32[rows × outputs]. Throws `BAD_VALUE` where the rows' dimension isn't the model's. */
  predict(rows: Columns): Float32Array {
    checkDimension(this.#model, rows);
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
  #forward({ offsets, indices }: Columns, first: number, count: number): void {
    const arena = this.#arena;
    const before = arena.end;
    const begin = offsets[first]!;
    const columns = indices.subarray(begin, offsets[first + count]!);
    const starts = arena.place(offsets.subarray(first, first + count + 1).map((offset) => offset - begin));
    const placed = arena.allocate(4 * columns.length);
    arena.integers(placed, columns.length).set(columns);
    let below: PlacedLayer | undefined;
    for (const layer of this.#layers) {
      const { kernel, bias, units, stride, activation, outputs } = layer;
      if (below === undefined)
        this.#kernels.sparseDouble(starts, placed, count, kernel, bias, stride, outputs);
      else
        this.#kernels.denseDouble(
          below.outputs,
          below.stride,
          below.units,
          count,
          kernel,
          bias,
          stride,
          outputs,
        );
      if (activation !== 'linear') this.#kernels[`${activation}Double`](outputs, count, units, stride);
      below = layer;
    }
    arena.release(before);
  }
}

/** A layer in the kernels' memory: float32 weights and float64 outputs, each row `stride` numbers long. */
interface PlacedLayer {
  readonly units: number;
  readonly stride: number;
  readonly activation: Activation;
  readonly kernel: number;
  readonly bias: number;
  /** What it gives for a chunk. */
  readonly outputs: number;
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

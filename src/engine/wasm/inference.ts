import type { DenseLayer } from '../../formats/model.ts';
import { pauses } from '../pause.ts';
import { arange, countRows, slices, type Rows } from '../rows.ts';
import { placeRows, type Input } from './input.ts';
import { Arena } from './memory.ts';
import type { Kernels } from './module.ts';
import { Network, type Dropped, type PlacedLayer } from './network.ts';

/** How many rows are computed at once where nobody asks for more. */
export const CHUNK = 1024;

/** A network, and the rows that it is asked about, in the memory of kernels of its own. */
export class Inference {
  readonly kernels: Kernels;
  readonly arena: Arena;
  readonly network: Network;
  /** How many rows are computed at once, at most. */
  readonly most: number;
  /** Where the numbers of the rows lie that are computed. */
  readonly numbers: number;
  readonly #placed = new WeakMap<Rows, Placed>();

  constructor(kernels: Kernels, layers: readonly DenseLayer[], most: number) {
    this.kernels = kernels;
    this.arena = new Arena(kernels.memory, kernels.heapBase());
    this.network = new Network(kernels, this.arena, { layers, most });
    this.most = most;
    this.numbers = this.arena.allocate(4 * most);
  }

  /** The rows, as they lie in the memory; they are put there when they are first asked for. */
  place(rows: Rows): Input {
    const known = this.#placed.get(rows);
    if (known !== undefined) return known.input;
    const begin = this.arena.end;
    const input = placeRows(this, rows);
    this.#placed.set(rows, { input, begin, end: this.arena.end });
    return input;
  }

  /** Takes the rows out of the memory. Their room is given to others if nothing was put behind them. */
  forget(rows: Rows): void {
    const placed = this.#placed.get(rows);
    if (placed !== undefined && placed.end === this.arena.end) this.arena.release(placed.begin);
    this.#placed.delete(rows);
  }

  /** Computes the rows with these numbers, and gives the last layer's sums: float32[numbers × outputs]. */
  forward(input: Input, numbers: Uint32Array, dropped?: readonly Dropped[]): Float32Array {
    this.arena.integers(this.numbers, numbers.length).set(numbers);
    this.network.forward(input, { numbers: this.numbers, count: numbers.length }, dropped);
    return this.#outputsOf(this.network.layers.at(-1)!, numbers.length);
  }

  /** The last layer's sums for all rows: float32[rows × outputs]. Lets other work run now and then. */
  async sums(rows: Rows, signal?: AbortSignal): Promise<Float32Array> {
    const input = this.place(rows);
    const { units } = this.network.layers.at(-1)!;
    const result = new Float32Array(countRows(rows) * units);
    const pause = pauses();
    for (const numbers of slices(arange(countRows(rows)), this.most)) {
      result.set(this.forward(input, numbers), numbers[0]! * units);
      await pause();
      signal?.throwIfAborted();
    }
    return result;
  }

  /** What a layer gives for `count` rows, without what fills them up, as a copy: float32[count × units]. */
  #outputsOf({ outputs, units, stride }: PlacedLayer, count: number): Float32Array {
    const all = this.arena.floats(outputs, count * stride);
    const result = new Float32Array(count * units);
    for (let row = 0; row < count; row++)
      for (let unit = 0; unit < units; unit++) result[row * units + unit] = all[row * stride + unit]!;
    return result;
  }
}

interface Placed {
  readonly input: Input;
  /** Which part of the memory is theirs. */
  readonly begin: number;
  readonly end: number;
}

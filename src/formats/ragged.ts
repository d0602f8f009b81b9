/** Rows of whole numbers below 2³², of different lengths, in one array: row `r` is `length` numbers from `start`. */
export class Ragged {
  #values = new Uint32Array(262_144);
  #starts = new Float64Array(1_024);
  #lengths = new Uint32Array(1_024);
  #used = 0;
  rows = 0;

  /** Where the next value will lie. */
  get end(): number {
    return this.#used;
  }

  /** Makes room for `more` values, and gives the array to write them into from `end` on; `grow` counts them. */
  reserve(more: number): Uint32Array {
    if (this.#used + more > this.#values.length) {
      this.#values = copyInto(new Uint32Array(Math.ceil((this.#used + more) * 2)), this.#values);
    }
    return this.#values;
  }

  /** Counts `more` values that were written. */
  grow(more: number): void {
    this.#used += more;
  }

  /** Makes a row of values that were written; two rows may be the same values. */
  addRow(start: number, length: number): void {
    if (this.rows === this.#lengths.length) {
      this.#starts = copyInto(new Float64Array(this.rows * 2), this.#starts);
      this.#lengths = copyInto(new Uint32Array(this.rows * 2), this.#lengths);
    }
    this.#starts[this.rows] = start;
    this.#lengths[this.rows++] = length;
  }

  lengthOf(row: number): number {
    return this.#lengths[row]!;
  }

  /** The row's values: a view, to be read before the next `reserve`. */
  row(row: number): Uint32Array {
    const start = this.#starts[row]!;
    return this.#values.subarray(start, start + this.#lengths[row]!);
  }
}

function copyInto<T extends Uint32Array | Float64Array>(larger: T, smaller: T): T {
  larger.set(smaller);
  return larger;
}

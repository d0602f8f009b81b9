/** Of how long ago the rate tells at least, in milliseconds. */
const WINDOW = 2000;

interface Mark {
  readonly time: number;
  readonly rows: number;
}

/** How many rows a step wrote a second, over the last two to four seconds. */
export class RowRate {
  #from: Mark | undefined;
  #middle: Mark | undefined;
  #rows = 0;

  /** Takes how many rows there are at a `time` in milliseconds. */
  add(rows: number, time: number): void {
    this.#rows = rows;
    this.#from ??= { time, rows };
    this.#middle ??= this.#from;
    if (time - this.#middle.time < WINDOW) return;
    this.#from = this.#middle;
    this.#middle = { time, rows };
  }

  /** Falls while nothing comes; `undefined` before there is anything to tell. */
  perSecond(time: number): number | undefined {
    if (this.#from === undefined || time <= this.#from.time) return undefined;
    return (1000 * (this.#rows - this.#from.rows)) / (time - this.#from.time);
  }
}

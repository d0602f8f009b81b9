import type { Context, Progress } from '../stage.ts';

/** Shows how many bytes of a file have come, and how fast. */
export class Meter {
  readonly #label: string;
  readonly #context: Context;
  #progress: Progress | undefined;
  #total: number | undefined;
  #start = { time: 0, length: 0 };
  #length = 0;

  constructor(label: string, context: Context) {
    this.#label = label;
    this.#context = context;
  }

  /** In bytes; the bar begins anew where the `total` is another one, or the `length` shrank. */
  update(length: number, total: number | undefined): void {
    if (this.#progress === undefined || total !== this.#total || length < this.#length) {
      this.#progress?.finish();
      this.#progress = this.#context.progress(this.#label, total);
      this.#total = total;
      this.#start = { time: performance.now(), length };
    }
    this.#length = length;
    const seconds = (performance.now() - this.#start.time) / 1000;
    const rate = seconds > 0 ? `, ${inMegabytes((length - this.#start.length) / seconds)}/s` : '';
    const ofTotal = total === undefined ? '' : ` of ${inMegabytes(total)}`;
    this.#progress.update(length, `${inMegabytes(length)}${ofTotal}${rate}`);
  }

  finish(): void {
    this.#progress?.finish();
    this.#progress = undefined;
  }
}

const inMegabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

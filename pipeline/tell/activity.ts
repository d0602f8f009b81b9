import type { Event, StepProgress } from '../outcome.ts';
import { RowRate } from './row-rate.ts';
import { showCount, showSeconds } from './units.ts';

/** What a step that has begun is at. Times are in milliseconds. */
export class Activity {
  readonly begun: number;
  #progress: StepProgress | undefined;
  readonly #rate = new RowRate();
  /** Instead of running. */
  #pause: { readonly what: string; readonly until?: number } | undefined;

  constructor(begun: number) {
    this.begun = begun;
  }

  /** Takes an event about the step. */
  add(event: Event, time: number): void {
    this.#pause = undefined;
    if (event.type === 'waits') this.#pause = { what: `waits: ${event.holder} is at work on it` };
    if (event.type === 'failedTry') {
      this.#pause = { what: 'tries again', until: time + event.seconds * 1000 };
      this.#progress = undefined;
    }
    if (event.type !== 'progressed') return;
    this.#progress = event.progress;
    if (event.progress.rows !== undefined) this.#rate.add(event.progress.rows, time);
  }

  /** How much of what it is at is done, from 0 to 1, where that is known. */
  get share(): number | undefined {
    const { done, total } = this.#progress ?? {};
    return done === undefined || total === undefined ? undefined : Math.min(1, Math.max(0, done / total));
  }

  /** `epoch 3/20 batch 12/30, 25,000 rows, 12,000/s`; empty where nothing is known. */
  describe(time: number): string {
    if (this.#pause !== undefined) {
      const { what, until } = this.#pause;
      return until === undefined || until <= time ? what : `${what} in ${showSeconds((until - time) / 1000)}`;
    }
    if (this.#progress === undefined) return '';
    const { label, done, total, note = '', rows } = this.#progress;
    const what = note === '' && label !== '' && total === undefined ? showCount(done) : note;
    const said = [label, what].filter((part) => part !== '').join(' ');
    return [said, ...this.#describeRows(rows, time)].filter((part) => part !== '').join(', ');
  }

  #describeRows(rows: number | undefined, time: number): string[] {
    if (rows === undefined) return [];
    const rate = this.#rate.perSecond(time);
    return [`${showCount(rows)} rows`, ...(rate === undefined ? [] : [`${showCount(rate)}/s`])];
  }
}

import { plainLine } from './columns.ts';
import { needs, type Step } from '../experiment.ts';
import { listSome } from './explain.ts';
import type { Outcome } from '../outcome.ts';
import type { RunRecord } from './record.ts';
import { painter, type Telling } from './telling.ts';
import { showSeconds } from './units.ts';

/** How many of the lines that a failed step said last are shown again. */
const LAST_LINES = 10;

/** The steps that failed so far, and those that were not run for it. */
export class Failures {
  readonly #needs: ReadonlyMap<string, readonly string[]>;
  readonly #failed = new Map<string, Extract<Outcome, { state: 'failed' }>>();
  /** Of each step that was not run: the failed one, which may be far above it. */
  readonly #causes = new Map<string, string>();

  constructor(steps: readonly Step[]) {
    this.#needs = new Map(steps.map((step) => [step.name, needs(step)]));
  }

  /** Takes what became of a step, after the steps that it needs. */
  add(step: string, outcome: Outcome): void {
    if (outcome.state === 'failed') this.#failed.set(step, outcome);
    if (outcome.state !== 'skipped') return;
    const causes = this.#needs
      .get(step)!
      .map((name) => (this.#failed.has(name) ? name : this.#causes.get(name)));
    const cause = causes.find((name) => name !== undefined);
    if (cause !== undefined) this.#causes.set(step, cause);
  }

  /** The failed step that a step was not run for, if there is one. */
  causeOf(step: string): string | undefined {
    return this.#causes.get(step);
  }

  /** Why a step was not run. */
  explain(step: string, because: string): string {
    const cause = this.causeOf(step);
    return cause === undefined ? because : `it needs ${cause}, which failed`;
  }

  /**
   * Of each failed step: what happened, its last lines, how to repeat it, and what was not run for it. Nothing of a run
   * that was interrupted: whoever did that knows why.
   */
  show(
    { status }: Pick<RunRecord, 'status'>,
    { repeat, colour }: Pick<Telling, 'repeat' | 'colour'>,
  ): string {
    if (status === 'interrupted') return '';
    const paint = painter(colour);
    let text = '';
    for (const [step, { failure, seconds, lines = [] }] of this.#failed) {
      const after = seconds === undefined ? '' : ` after ${showSeconds(seconds)}`;
      const waiting = [...this.#causes].flatMap(([name, cause]) => (cause === step ? [name] : []));
      text += `\n${paint('bold', step)} ${paint('red', 'failed')}${after}: ${failure}\n`;
      for (const line of lines.slice(-LAST_LINES)) text += `  ${paint('dim', '│')} ${plainLine(line)}\n`;
      if (waiting.length > 0) text += `  waiting for it: ${listSome(waiting)}\n`;
      text += `  to repeat it: ${repeat(step)}\n`;
    }
    return text;
  }
}

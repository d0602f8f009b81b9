import { styleText } from 'node:util';
import { explain, explainDecision, showChange } from './explain.ts';
import type { Event, Outcome, Report } from './outcome.ts';
import type { Decision, Plan } from './decision.ts';

type Style = Parameters<typeof styleText>[0];

/** How a run is told to a person: lines of text, on standard error. */
export interface Telling {
  readonly write: (text: string) => void;
  readonly colour: boolean;
  readonly names: readonly string[];
  /** Whether to tell every part of a key that made a step run, not only the first. */
  readonly explain: boolean;
}

/** Turns what happens in a run into lines. */
export function tellRun(telling: Telling): Report {
  const width = Math.max(...telling.names.map((name) => name.length));
  const paint = (style: Style, text: string): string =>
    telling.colour ? styleText(style, text, { validateStream: false }) : text;
  const tell = (step: string, text: string): void =>
    telling.write(`${paint('bold', step.padEnd(width))}  ${text}\n`);

  return (event: Event): void => {
    switch (event.type) {
      case 'planned':
        if (telling.explain) tellPlan(event.plan, telling);
        break;
      case 'decided':
        if (telling.explain) tell(event.step, paint('dim', explainDecision(event.decision)));
        break;
      case 'started':
        tell(
          event.step,
          `runs ${paint('dim', `(${event.reason ? explain(event.reason) : `reads from ${event.reads}`})`)}`,
        );
        break;
      case 'said':
        tell(event.step, `${paint('dim', '│')} ${event.line}`);
        break;
      case 'waits':
        tell(event.step, paint('dim', `waits: ${event.holder} is at work on it`));
        break;
      case 'progressed':
        break;
      case 'failedTry':
        tell(event.step, `${event.failure}; tried again in ${showSeconds(event.seconds)}`);
        break;
      case 'warned':
        telling.write(`${paint('yellow', 'warning:')} ${event.message}\n`);
        break;
      case 'ended':
        tell(event.step, showOutcome(event.outcome, paint));
    }
  };
}

/** The plan: a line a step, and under it every part of its key that changed, if asked for. */
export function tellPlan(plan: Plan, { write, colour, explain: everything }: Omit<Telling, 'names'>): void {
  const width = Math.max(...[...plan.keys()].map((name) => name.length));
  const states: Record<Decision['state'], Style> = { hit: 'green', run: 'yellow', wait: 'dim' };
  for (const [step, decision] of plan) {
    const state = colour
      ? styleText(states[decision.state], decision.state.padEnd(4), { validateStream: false })
      : decision.state.padEnd(4);
    write(`${state}  ${step.padEnd(width)}  ${explainDecision(decision)}\n`);
    if (!everything || decision.state !== 'run' || decision.reason.why !== 'changed') continue;
    for (const change of decision.reason.changes) write(`${' '.repeat(width + 8)}- ${showChange(change)}\n`);
  }
}

function showOutcome(outcome: Outcome, paint: (style: Style, text: string) => string): string {
  switch (outcome.state) {
    case 'hit':
      return paint('green', 'hit');
    case 'ran':
      return `${paint('green', 'done')} in ${showSeconds(outcome.entry.seconds)}, ${showCost(outcome.entry)}`;
    case 'failed':
      return `${paint('red', 'failed')}: ${outcome.failure}`;
    case 'skipped':
      return paint('dim', `not run: ${outcome.because}`);
  }
}

function showCost({
  peakBytes,
  outputs,
}: {
  peakBytes?: number | undefined;
  outputs: Readonly<Record<string, { bytes: number }>>;
}): string {
  const written = Object.values(outputs).reduce((sum, { bytes }) => sum + bytes, 0);
  return [
    ...(peakBytes === undefined ? [] : [`${showBytes(peakBytes)} of memory`]),
    `wrote ${showBytes(written)}`,
  ].join(', ');
}

export const showSeconds = (seconds: number): string => `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;

export function showBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const exponent = Math.min(3, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** exponent;
  return `${value.toFixed(value < 10 ? 1 : 0)} ${['B', 'kB', 'MB', 'GB'][exponent]}`;
}

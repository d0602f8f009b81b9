import { columnsOf, padEnd, plainLine } from './columns.ts';
import { explain, explainDecision } from './explain.ts';
import type { Failures } from './failures.ts';
import type { Event, Outcome } from '../outcome.ts';
import { showPlan } from './plan-text.ts';
import { painter, type Paint, type Telling } from './telling.ts';
import { showBytes, showSeconds } from './units.ts';

/** Names are filled up to this many columns at most, so that one long name doesn't push all texts to the right. */
const WIDEST_NAME = 24;

/** With more steps than this, those with nothing to do are counted at the end, not told one by one. */
const MANY_STEPS = 30;

/** Turns events into lines for a person, each with its line end. */
export function eventText(
  { steps, colour, explain: everything }: Pick<Telling, 'steps' | 'colour' | 'explain'>,
  failures: Failures,
): (event: Event) => string {
  const paint = painter(colour);
  const widest = steps.reduce((width, { name }) => Math.max(width, columnsOf(name)), 0);
  const column = Math.min(widest, WIDEST_NAME);
  const tell = (step: string, text: string): string => `${paint('bold', padEnd(step, column))}  ${text}\n`;
  const isQuiet = ({ state }: Outcome): boolean =>
    steps.length > MANY_STEPS && (state === 'hit' || state === 'skipped');

  return (event) => {
    switch (event.type) {
      case 'planned':
        return everything ? showPlan(event.plan, { colour, explain: true }) : '';
      case 'decided':
        return everything ? tell(event.step, paint('dim', explainDecision(event.decision))) : '';
      case 'waits':
        return tell(event.step, paint('dim', `waits: ${event.holder} is at work on it`));
      case 'started': {
        const why = event.reason ? explain(event.reason) : `reads what ${event.reads} writes, by a pipe`;
        return tell(event.step, `runs ${paint('dim', `(${why})`)}`);
      }
      case 'said':
        return tell(event.step, `${paint('dim', '│')} ${plainLine(event.line)}`);
      case 'progressed':
        return '';
      case 'failedTry': {
        const again = `tries again in ${showSeconds(event.seconds)}`;
        return tell(event.step, `${paint('yellow', 'failed')}: ${event.failure}; ${again}`);
      }
      case 'ended':
        if (isQuiet(event.outcome)) return '';
        return tell(event.step, showOutcome(event.step, event.outcome, { failures, paint }));
      case 'warned':
        return `${paint('yellow', 'warning:')} ${event.message}\n`;
    }
  };
}

function showOutcome(
  step: string,
  outcome: Outcome,
  { failures, paint }: { failures: Failures; paint: Paint },
): string {
  switch (outcome.state) {
    case 'hit':
      return paint('green', 'hit');
    case 'ran': {
      const { seconds, peakBytes, outputs } = outcome.entry;
      const memory = peakBytes === undefined ? '' : `, ${showBytes(peakBytes)} of memory`;
      const written = Object.values(outputs).reduce((sum, { bytes }) => sum + bytes, 0);
      return `${paint('green', 'done')} in ${showSeconds(seconds)}${memory}, wrote ${showBytes(written)}`;
    }
    case 'failed':
      return `${paint('red', 'failed')}: ${outcome.failure}`;
    case 'skipped':
      return paint('dim', `not run: ${failures.explain(step, outcome.because)}`);
  }
}

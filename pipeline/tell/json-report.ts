import type { Decision, Plan, Reason } from '../decision.ts';
import { Failures } from './failures.ts';
import type { Event, Outcome } from '../outcome.ts';
import { countStates } from './summary.ts';
import type { Teller, Telling } from './telling.ts';

/** Tells a run to a program: a JSON object a line, each with its `type` and `time`. */
export function tellJson({ steps, write, repeat, clock }: Telling): Teller {
  const failures = new Failures(steps);
  const tell = (value: object): void =>
    write(`${JSON.stringify({ ...value, time: new Date(clock.now()).toISOString() })}\n`);
  return {
    report: (event) => {
      if (event.type === 'ended') failures.add(event.step, event.outcome);
      if (event.type !== 'planned') return tell(describeEvent(event, { failures, repeat }));
      tell({ type: 'planned', steps: [...event.plan.keys()] });
      for (const [step, decision] of event.plan)
        tell({ type: 'decided', step, ...describeDecision(decision) });
    },
    summarize: ({ experiment, status, seconds, steps }, results) =>
      tell({ type: 'finished', experiment, status, seconds, ...countStates(Object.values(steps)), results }),
    close: () => {},
  };
}

/** A plan for a program: a JSON object a step, each on a line. */
export function planToJson(plan: Plan): string {
  return [...plan]
    .map(([step, decision]) => `${JSON.stringify({ step, ...describeDecision(decision) })}\n`)
    .join('');
}

interface Context {
  readonly failures: Failures;
  readonly repeat: Telling['repeat'];
}

function describeEvent(event: Exclude<Event, { type: 'planned' }>, context: Context): object {
  switch (event.type) {
    case 'decided':
      return { type: event.type, step: event.step, ...describeDecision(event.decision) };
    case 'started': {
      const { type, step, reason, reads } = event;
      return { type, step, ...(reason ? describeReason(reason) : {}), reads };
    }
    case 'progressed':
      return { type: event.type, step: event.step, ...event.progress };
    case 'ended':
      return { type: event.type, step: event.step, ...describeOutcome(event.step, event.outcome, context) };
    default:
      return event;
  }
}

function describeDecision(decision: Decision): object {
  if (decision.state === 'wait') return { state: 'wait', for: decision.for };
  const { state, key } = decision;
  return { state, ...(state === 'run' ? describeReason(decision.reason) : {}), key };
}

/** `changes` whole, though a person is shown their values cut. */
function describeReason(reason: Reason): object {
  return {
    reason: reason.why,
    ...(reason.why === 'changed' ? { changes: reason.changes } : {}),
    ...(reason.why === 'damaged' ? { damage: reason.what } : {}),
  };
}

function describeOutcome(step: string, outcome: Outcome, { failures, repeat }: Context): object {
  if (outcome.state === 'skipped') return { ...outcome, cause: failures.causeOf(step) };
  const { state, key } = outcome;
  if (outcome.state === 'failed') {
    const { failure, lines = [], seconds } = outcome;
    return { state, failure, lines, seconds, repeat: repeat(step), key };
  }
  const { seconds, peakBytes, outputs } = outcome.entry;
  return { state, ...(state === 'ran' ? { seconds, peakBytes } : {}), outputs, key };
}

import type { Change } from './key.ts';
import type { Decision, Reason } from './decision.ts';

/** Why a step runs, in one line. */
export function explain(reason: Reason): string {
  switch (reason.why) {
    case 'forced':
      return 'forced';
    case 'new':
      return 'never run before';
    case 'gone':
      return 'its outputs are no longer in the store';
    case 'damaged':
      return `damaged in the store: ${reason.what}`;
    case 'changed': {
      const [first, ...others] = reason.changes;
      return `changed: ${showChange(first!)}${others.length > 0 ? `, and ${others.length} more` : ''}`;
    }
  }
}

/** What is to be done about a step, and why, in one line. */
export function explainDecision(decision: Decision): string {
  switch (decision.state) {
    case 'hit':
      return 'nothing that decides its outputs has changed';
    case 'wait':
      return `after ${decision.for.join(', ')}; runs if what it reads comes out different`;
    case 'run':
      return explain(decision.reason);
  }
}

/** `options.epochs 20 → 4`; digests are cut to 8 digits. */
export function showChange({ part, before, after }: Change): string {
  if (before === undefined) return `${part} is new (${short(after!)})`;
  if (after === undefined) return `${part} is gone (was ${short(before)})`;
  return `${part} ${short(before)} → ${short(after)}`;
}

const short = (value: string): string => (/^[0-9a-f]{64}$/.test(value) ? value.slice(0, 8) : value);

import { cutMiddle } from './columns.ts';
import type { Change, KeyParts } from '../key.ts';
import type { Decision, Reason } from '../decision.ts';
import { onOneLine, showDifference } from './difference.ts';

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
      const [first, ...others] = showChanges(reason.changes);
      return `changed: ${first}${others.length > 0 ? `, and ${others.length} more` : ''}`;
    }
  }
}

/** What is to be done about a step, and why, in one line. */
export function explainDecision(decision: Decision): string {
  switch (decision.state) {
    case 'hit':
      return 'nothing that decides its outputs has changed';
    case 'wait':
      return `after ${listSome(decision.for)}; runs if what it reads comes out different`;
    case 'run':
      return explain(decision.reason);
  }
}

/**
 * What differs between two keys, a text each: `options.epochs 20 → 4`. All the modules of a stage's code that changed are
 * one text, the last one; given the `parts` of the new key, it says out of how many.
 */
export function showChanges(changes: readonly Change[], parts?: KeyParts): string[] {
  const modules = changes.filter(({ part }) => isModule(part));
  const others = changes.filter(({ part }) => !isModule(part)).map(showChange);
  if (modules.length < 2) return [...others, ...modules.map(showChange)];
  const all = Object.keys(parts?.code ?? {}).filter((name) => isModule(`${CODE}${name}`)).length;
  const ofAll = all > 0 ? ` of ${all}` : '';
  const names = modules.map(({ part }) => part.slice(CODE.length));
  return [...others, `code: ${modules.length}${ofAll} modules changed: ${listSome(names)}`];
}

const CODE = 'code.';
const isModule = (part: string): boolean => part.startsWith(CODE) && !part.startsWith(`${CODE}npm:`);

/** `options.epochs 20 → 4`; digests are cut to 8 digits, and of long values the places that differ are shown. */
export function showChange({ part, before, after }: Change): string {
  if (before === undefined) return `${part} is new (${showValue(after!)})`;
  if (after === undefined) return `${part} is gone (was ${showValue(before)})`;
  if (DIGEST.test(before) || DIGEST.test(after)) return `${part} ${showValue(before)} → ${showValue(after)}`;
  return `${part} ${showDifference(before, after)}`;
}

const DIGEST = /^[0-9a-f]{64}$/;

/** Of characters: a longer value is cut in the middle. */
const LONGEST_VALUE = 60;

const showValue = (value: string): string =>
  DIGEST.test(value) ? value.slice(0, 8) : cutMiddle(onOneLine(value), LONGEST_VALUE);

/** How many names a list shows. */
const SOME = 5;

/** `a, b and 3 more`. */
export function listSome(names: readonly string[]): string {
  if (names.length <= SOME) return names.join(', ');
  return `${names.slice(0, SOME - 1).join(', ')} and ${names.length - SOME + 1} more`;
}

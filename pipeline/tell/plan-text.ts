import { columnsOf, padEnd } from './columns.ts';
import type { Decision, Plan } from '../decision.ts';
import { explainDecision, showChanges } from './explain.ts';
import { painter, type Style } from './telling.ts';
import { showCount } from './units.ts';

const STYLES: Record<Decision['state'], Style> = { hit: 'green', run: 'yellow', wait: 'dim' };

/** A plan as text: a line a step, and under it every part of its key that changed, if asked for. */
export function showPlan(plan: Plan, { colour, explain }: { colour: boolean; explain: boolean }): string {
  const paint = painter(colour);
  const width = [...plan.keys()].reduce((widest, name) => Math.max(widest, columnsOf(name)), 0);
  let text = '';
  for (const [step, decision] of plan) {
    const { state } = decision;
    text += `${paint(STYLES[state], state.padEnd(4))}  ${padEnd(step, width)}  ${explainDecision(decision)}\n`;
    if (!explain || state !== 'run' || decision.reason.why !== 'changed') continue;
    for (const change of showChanges(decision.reason.changes, decision.parts)) text += `      - ${change}\n`;
  }
  return text;
}

/** `would run: 3, wait for those: 2, hits: 8`, in one line. */
export function countPlan(plan: Plan): string {
  const states = [...plan.values()].map(({ state }) => state);
  const count = (state: Decision['state']): number => states.filter((other) => other === state).length;
  const waiting = count('wait') > 0 ? `, wait for those: ${showCount(count('wait'))}` : '';
  return `would run: ${showCount(count('run'))}${waiting}, hits: ${showCount(count('hit'))}\n`;
}

import type { Plan } from '../decision.ts';
import type { Step } from '../experiment.ts';
import { failure, success, type Result } from '../problem.ts';
import { explainDecision } from './explain.ts';

/** A problem for each step that has to run though it is not one of `names`. */
export function checkOnly(steps: readonly Step[], plan: Plan, names: readonly string[]): Result<undefined> {
  const stale = steps.filter(({ name }) => !names.includes(name) && plan.get(name)!.state !== 'hit');
  if (stale.length === 0) return success(undefined);
  return failure(
    ...stale.map(({ name, at }) => ({
      message: `step "${name}" has to run first: ${explainDecision(plan.get(name)!)}`,
      at,
      hint: 'name it too, or leave --only out',
    })),
  );
}

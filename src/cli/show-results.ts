import type { Decision } from '../../pipeline/decision.ts';
import type { Step } from '../../pipeline/experiment.ts';
import { failureOf, type Outcome, type Report } from '../../pipeline/outcome.ts';
import { publish } from '../../pipeline/store/results.ts';
import type { Session } from './session.ts';

type Hit = Extract<Decision, { state: 'hit' }>;

/** Carries out a plan in which nothing has to run: sees to it that the results are all where a person finds them. */
export function showResults(
  { steps, plan, store }: Session,
  { results, report }: { readonly results: string; readonly report: Report },
): Promise<{ outcomes: Map<string, Outcome>; git?: undefined }> {
  const outcomes = new Map<string, Outcome>();
  const show = (step: Step, hit: Hit): Outcome => {
    try {
      publish(results, step.outputs, { store, entry: hit.entry });
      return hit;
    } catch (error) {
      return failureOf(error);
    }
  };
  for (const step of steps) {
    const outcome = show(step, plan.get(step.name) as Hit);
    outcomes.set(step.name, outcome);
    report({ type: 'ended', step: step.name, outcome });
  }
  return Promise.resolve({ outcomes });
}

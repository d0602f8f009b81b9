import type { Decision, Plan } from '../decision.ts';
import type { Step } from '../experiment.ts';
import type { Outcome } from '../outcome.ts';
import { decide, type Known } from '../plan.ts';
import type { Running } from './running.ts';

export type ToRun = Extract<Decision, { state: 'run' }>;
export type Hit = Extract<Decision, { state: 'hit' }>;

/** What is decided about steps in the course of a run, from the outputs that are there. */
export class Decisions {
  /** The outputs that are there: of hits from the start, of the others when they have ended. */
  readonly known: Known = new Map();
  readonly #running: Running;

  constructor(plan: Plan, running: Running) {
    this.#running = running;
    for (const [name, decision] of plan)
      if (decision.state === 'hit') this.known.set(name, decision.entry.outputs);
  }

  /** Decides about a step whose inputs are all there. */
  async decide(step: Step): Promise<Decision> {
    const decision = await decide(step, this.known, this.#running.planning);
    this.#running.report({ type: 'decided', step: step.name, decision });
    return decision;
  }

  /** Under its lock: another run may have done the step since it was decided about. */
  async lookAgain(decision: ToRun): Promise<ToRun | Hit> {
    if (decision.reason.why === 'forced') return decision;
    const lookup = await this.#running.store.lookUp(decision.key);
    const { key, parts } = decision;
    return lookup.found === 'whole' ? { state: 'hit', key, parts, entry: lookup.entry } : decision;
  }

  /** Shows a step's outputs to a person, and to the steps that need them. */
  settle<T extends Extract<Outcome, { state: 'hit' | 'ran' }>>(step: Step, outcome: T): T {
    this.known.set(step.name, outcome.entry.outputs);
    this.#running.results.publish(step, outcome.entry);
    return outcome;
  }
}

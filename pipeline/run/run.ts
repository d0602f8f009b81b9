import type { Decision, Plan } from '../decision.ts';
import { needs, type Step } from '../experiment.ts';
import { failureOf, type Outcome } from '../outcome.ts';
import { Decisions, type ToRun } from './decisions.ts';
import { Pipes } from './pipes.ts';
import type { Running } from './running.ts';
import type { Slot } from './slots.ts';

/**
 * Runs the steps that have to, each as soon as those that it needs have ended or, where it can read what one of them
 * writes as it comes, together with that one. `steps` are in order. The outcomes come in that order too.
 */
export async function runPlan(
  steps: readonly Step[],
  plan: Plan,
  running: Running,
): Promise<Map<string, Outcome>> {
  return new Run(steps, plan, running).all();
}

/** The longest pause before another try, in seconds; the first is 1, and each is twice the one before. */
const LONGEST_PAUSE = 60;

class Run {
  readonly #steps: readonly Step[];
  readonly #plan: Plan;
  readonly #running: Running;
  readonly #decisions: Decisions;
  readonly #pipes: Pipes;
  readonly #outcomes = new Map<string, Promise<Outcome>>();
  /** The first step that failed. */
  #failed: string | undefined;

  constructor(steps: readonly Step[], plan: Plan, running: Running) {
    this.#steps = steps;
    this.#plan = plan;
    this.#running = running;
    this.#decisions = new Decisions(plan, running);
    this.#pipes = new Pipes(steps, running, this.#decisions);
  }

  async all(): Promise<Map<string, Outcome>> {
    for (const step of this.#steps) this.#outcomes.set(step.name, this.#outcome(step));
    const ended = [...this.#outcomes].map(async ([name, outcome]) => [name, await outcome] as const);
    return new Map(await Promise.all(ended));
  }

  async #outcome(step: Step): Promise<Outcome> {
    const followed = this.#follow(step).then((outcome) => {
      // What an earlier run left there does not go with what this one writes.
      if (outcome.state === 'skipped') this.#running.results.withdraw(step);
      return outcome;
    });
    const outcome = await followed.catch(failureOf);
    if (outcome.state === 'failed') this.#failed ??= step.name;
    this.#running.report({ type: 'ended', step: step.name, outcome });
    return outcome;
  }

  /** Waits until a step can run or is found not to have to, and until it has ended. */
  async #follow(step: Step): Promise<Outcome> {
    const planned = this.#plan.get(step.name)!;
    if (planned.state === 'hit') return this.#decisions.settle(step, planned);
    const invitation = this.#pipes.invitation(step);
    const upstream = this.#upstream(step);
    const member = await Promise.race([invitation, upstream.then(() => undefined)]);
    this.#pipes.decline(step);
    if (member !== undefined) {
      const outcome = await this.#pipes.follow(member, upstream);
      return outcome ?? this.#act(step, member.decision ?? (await this.#decisions.decide(step)));
    }
    const skipped = await upstream;
    if (skipped !== undefined) return skipped;
    return this.#act(step, planned.state === 'wait' ? await this.#decisions.decide(step) : planned);
  }

  /** When all that a step needs has ended: why the step can't be run, if so. */
  async #upstream(step: Step): Promise<Outcome | undefined> {
    for (const name of needs(step)) {
      const { state } = await this.#outcomes.get(name)!;
      if (state === 'failed') return { state: 'skipped', because: `${name} failed` };
      if (state === 'skipped') return { state: 'skipped', because: `${name} was not run` };
    }
    return undefined;
  }

  /** Does what was decided about a step whose inputs are all there. */
  async #act(step: Step, decision: Decision): Promise<Outcome> {
    if (decision.state === 'hit') return this.#decisions.settle(step, decision);
    const { store, report, signal, slots } = this.#running;
    const { key } = decision as ToRun;
    const waits = (holder: string): void => report({ type: 'waits', step: step.name, holder });
    const lock = await store.lock(key, waits, signal);
    if (lock === undefined) return { state: 'skipped', because: 'interrupted' };
    try {
      const still = await this.#decisions.lookAgain(decision as ToRun);
      if (still.state === 'hit') return this.#decisions.settle(step, still);
      const slot = await slots.take(step.limits);
      try {
        return await this.#tryOften(step, still, slot);
      } finally {
        slot.release();
      }
    } finally {
      lock.release();
    }
  }

  async #tryOften(step: Step, decision: ToRun, slot: Slot): Promise<Outcome> {
    const { report, signal, clock, keepGoing } = this.#running;
    for (let tries = 0; ; tries++) {
      if (signal.aborted) return { state: 'skipped', because: 'interrupted' };
      if (this.#failed !== undefined && !keepGoing)
        return { state: 'skipped', because: `${this.#failed} failed` };
      report({ type: 'started', step: step.name, reason: decision.reason });
      const outcome = await this.#pipes.run(step, decision, slot);
      if (outcome.state !== 'failed' || tries === step.limits.retries || signal.aborted) return outcome;
      const seconds = Math.min(LONGEST_PAUSE, 2 ** tries);
      report({ type: 'failedTry', step: step.name, failure: outcome.failure, seconds });
      await clock.sleep(seconds, signal);
    }
  }
}

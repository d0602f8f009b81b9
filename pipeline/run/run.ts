import type { Finished } from './attempt.ts';
import type { Decision, Plan } from '../decision.ts';
import { needs, type Step } from '../experiment.ts';
import { canJoin, consumersOf, LONGEST_PIPE } from './join.ts';
import { causeOf, cutOff, endOthers, type Member, type Pipe } from './member.ts';
import { failureOf, type Outcome } from '../outcome.ts';
import { decide, type Known } from '../plan.ts';
import type { Running } from './running.ts';
import type { Slot } from './slots.ts';
import type { Entry } from '../store/entry.ts';

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

type ToRun = Extract<Decision, { state: 'run' }>;

/** The longest pause before another try, in seconds; the first is 1, and each is twice the one before. */
const LONGEST_PAUSE = 60;
/** How long the cause of a failure may show itself after its consequence, in seconds. */
const CAUSE_PAUSE = 0.05;

class Run {
  readonly #steps: readonly Step[];
  readonly #plan: Plan;
  readonly #running: Running;
  readonly #consumers: ReadonlyMap<string, readonly Step[]>;
  /** The outputs that are there: of hits from the start, of the others when they have ended. */
  readonly #known: Known = new Map();
  readonly #outcomes = new Map<string, Promise<Outcome>>();
  /** How a step that waits is told that it runs, together with the one that it reads from. */
  readonly #invitations = new Map<string, (member: Member) => void>();
  /** The first step that failed. */
  #failed: string | undefined;

  constructor(steps: readonly Step[], plan: Plan, running: Running) {
    this.#steps = steps;
    this.#plan = plan;
    this.#running = running;
    this.#consumers = consumersOf(steps);
    for (const [name, decision] of plan)
      if (decision.state === 'hit') this.#known.set(name, decision.entry.outputs);
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
    if (planned.state === 'hit') return this.#settle(step, planned);
    const invitation = new Promise<Member>((resolve) => this.#invitations.set(step.name, resolve));
    const upstream = this.#upstream(step);
    const member = await Promise.race([invitation, upstream.then(() => undefined)]);
    this.#invitations.delete(step.name);
    if (member !== undefined) return this.#followPipe(member, upstream);
    const skipped = await upstream;
    if (skipped !== undefined) return skipped;
    return this.#act(step, planned.state === 'wait' ? await this.#decide(step) : planned);
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

  async #decide(step: Step): Promise<Decision> {
    const decision = await decide(step, this.#known, this.#running.planning);
    this.#running.report({ type: 'decided', step: step.name, decision });
    return decision;
  }

  /** Does what was decided about a step whose inputs are all there. */
  async #act(step: Step, decision: Decision): Promise<Outcome> {
    if (decision.state === 'hit') return this.#settle(step, decision);
    const { store, report, signal, slots } = this.#running;
    const { key } = decision as ToRun;
    const waits = (holder: string): void => report({ type: 'waits', step: step.name, holder });
    const lock = await store.lock(key, waits, signal);
    if (lock === undefined) return { state: 'skipped', because: 'interrupted' };
    try {
      const still = await this.#lookAgain(decision as ToRun);
      if (still.state === 'hit') return await this.#settle(step, still);
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

  /** Under its lock: another run may have done the step since it was decided about. */
  async #lookAgain(decision: ToRun): Promise<ToRun | Extract<Decision, { state: 'hit' }>> {
    if (decision.reason.why === 'forced') return decision;
    const lookup = await this.#running.store.lookUp(decision.key);
    const { key, parts } = decision;
    return lookup.found === 'whole' ? { state: 'hit', key, parts, entry: lookup.entry } : decision;
  }

  async #tryOften(step: Step, decision: ToRun, slot: Slot): Promise<Outcome> {
    const { report, signal, clock, keepGoing } = this.#running;
    for (let tries = 0; ; tries++) {
      if (signal.aborted) return { state: 'skipped', because: 'interrupted' };
      if (this.#failed !== undefined && !keepGoing)
        return { state: 'skipped', because: `${this.#failed} failed` };
      report({ type: 'started', step: step.name, reason: decision.reason });
      const member = this.#begin(step, slot, { members: [], size: 0 });
      member.decision = decision;
      const outcome = await this.#finish(member);
      if (outcome.state !== 'failed' || tries === step.limits.retries || signal.aborted) return outcome;
      const seconds = Math.min(LONGEST_PAUSE, 2 ** tries);
      report({ type: 'failedTry', step: step.name, failure: outcome.failure, seconds });
      await clock.sleep(seconds, signal);
    }
  }

  /** Begins a step, and before it those that can read what it writes as it comes. */
  #begin(step: Step, slot: Slot, pipe: Pipe): Member {
    const { beginAttempt, files, report, results, signal } = this.#running;
    const streamed = pipe.size++ > 0;
    results.withdraw(step);
    const followers = this.#invite(step, slot, pipe);
    const attempt = beginAttempt(step, {
      inputs: files.find(step, this.#known),
      streamed,
      feeds: followers.map((follower) => follower.attempt),
      listener: {
        said: (line) => report({ type: 'said', step: step.name, line }),
        progressed: (progress) => report({ type: 'progressed', step: step.name, progress }),
      },
      signal,
    });
    const member: Member = { step, attempt, slot, pipe, followers };
    for (const follower of followers) follower.from = member;
    attempt.finished.then(
      (finished) => (member.finished = finished),
      () => undefined, // it is told where the member is followed
    );
    pipe.members.push(member);
    return member;
  }

  /** Like the parts of a pipe in a shell, the first one shares a slot with the step; each further branch needs its own. */
  #invite(step: Step, slot: Slot, pipe: Pipe): Member[] {
    const followers: Member[] = [];
    for (const consumer of this.#consumers.get(step.name)!) {
      const invite = this.#invitations.get(consumer.name);
      if (invite === undefined || pipe.size >= LONGEST_PIPE) continue;
      if (!canJoin(consumer, step, (name) => this.#known.has(name))) continue;
      const { limits } = consumer;
      const own = followers.length === 0 ? slot.share(limits) : this.#running.slots.tryTake(limits);
      if (own === undefined) continue;
      this.#invitations.delete(consumer.name);
      this.#running.report({ type: 'started', step: consumer.name, reads: step.name });
      try {
        const follower = this.#begin(consumer, own, pipe);
        followers.push(follower);
        invite(follower);
      } catch (error) {
        own.release();
        throw error;
      }
    }
    return followers;
  }

  /** Follows a step that was begun together with the one that it reads from. */
  async #followPipe(member: Member, upstream: Promise<Outcome | undefined>): Promise<Outcome> {
    const { step, attempt, slot, pipe } = member;
    try {
      const early = await Promise.race([attempt.finished, upstream.then(() => undefined)]);
      // What was decided about is no failure: it was cut off, or its end is looked at below.
      if (
        early?.ok === false &&
        member.decision === undefined &&
        !member.cutOff &&
        pipe.endedFor === undefined
      )
        return await this.#fail(member, early);
      const skipped = await upstream;
      if (skipped !== undefined) {
        attempt.stop();
        await attempt.finished;
        return skipped;
      }
      if (!member.cutOff) return await this.#finish(member);
      await attempt.finished;
    } finally {
      attempt.discard();
      member.hasLeft = true;
      member.lock?.release();
      slot.release();
    }
    return this.#act(step, member.decision ?? (await this.#decide(step)));
  }

  /** Waits until a step has ended, keeps what it wrote, and tells those that read from it how they go on. */
  async #finish(member: Member): Promise<Outcome> {
    const { step, attempt, followers } = member;
    const { experiment, clock, files, store } = this.#running;
    try {
      const finished = await attempt.finished;
      if (!finished.ok) return await this.#fail(member, finished);
      const changed = await files.changed(step, this.#known);
      if (changed !== undefined)
        return await this.#fail(member, {
          ...finished,
          ok: false,
          failure: `${changed} was changed during the run`,
          lines: [],
        });
      const { outputs, seconds, peakBytes } = finished;
      this.#known.set(step.name, outputs);
      for (const follower of followers) await this.#meet(follower);
      const { key, parts, reason } = member.decision as ToRun;
      const made = { experiment, step: step.name, at: clock.now().toISOString() };
      const entry: Entry = { parts, outputs, seconds, peakBytes, made };
      finished.keep();
      store.commit(key, entry);
      for (const follower of followers) {
        if (follower.lock === undefined) cutOff(follower);
        else follower.attempt.end();
      }
      return await this.#settle(step, { state: 'ran', key, parts, reason, entry });
    } finally {
      attempt.discard();
    }
  }

  /**
   * Decides about a step that has read all it will get. That it is locked before what it read can be found in the store
   * keeps another run from beginning it, too.
   */
  async #meet(follower: Member): Promise<void> {
    if (follower.finished?.ok === false) return;
    const decision = await this.#decide(follower.step);
    follower.decision = decision;
    if (decision.state !== 'run') return;
    if (follower.hasLeft) return;
    follower.lock = this.#running.store.tryLock(decision.key);
    if (follower.lock === undefined) return;
    follower.decision = await this.#lookAgain(decision);
    if (follower.decision.state === 'run') return;
    follower.lock.release();
    follower.lock = undefined;
  }

  /** What failed in a pipe ends the rest of it; what failed for that is not what is told. */
  async #fail(member: Member, finished: Extract<Finished, { ok: false }>): Promise<Outcome> {
    const { pipe, decision } = member;
    const { clock, signal, keepGoing } = this.#running;
    if (member.from !== undefined && !signal.aborted) await clock.sleep(CAUSE_PAUSE, signal);
    const cause = causeOf(member)?.step.name ?? pipe.endedFor;
    if (cause !== undefined && !signal.aborted) return { state: 'skipped', because: `${cause} failed` };
    if (!keepGoing) endOthers(member);
    const { failure, lines, seconds } = finished;
    const about = decision?.state === 'run' ? decision : {};
    const { key, parts, reason } = about as Partial<ToRun>;
    return {
      state: 'failed',
      ...(key && parts && reason ? { key, parts, reason } : {}),
      seconds,
      failure,
      lines,
    };
  }

  /** Shows a step's outputs to a person, and to the steps that need them. */
  async #settle<T extends Extract<Outcome, { state: 'hit' | 'ran' }>>(step: Step, outcome: T): Promise<T> {
    this.#known.set(step.name, outcome.entry.outputs);
    this.#running.results.publish(step, outcome.entry);
    return outcome;
  }
}

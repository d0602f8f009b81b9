import type { Step } from '../experiment.ts';
import type { Outcome } from '../outcome.ts';
import type { Entry } from '../store/entry.ts';
import type { Finished } from './attempt.ts';
import type { Decisions, ToRun } from './decisions.ts';
import { canJoin, consumersOf, LONGEST_PIPE } from './join.ts';
import { causeOf, cutOff, endOthers, type Member, type Pipe } from './member.ts';
import type { Running } from './running.ts';
import type { Slot } from './slots.ts';

/** How long the cause of a failure may show itself after its consequence, in seconds. */
const CAUSE_PAUSE = 0.05;

/** Runs steps, alone or joined to those that read what they write as it comes. */
export class Pipes {
  readonly #running: Running;
  readonly #decisions: Decisions;
  readonly #consumers: ReadonlyMap<string, readonly Step[]>;
  /** How a step that waits is told that it runs, together with the one that it reads from. */
  readonly #invitations = new Map<string, (member: Member) => void>();

  constructor(steps: readonly Step[], running: Running, decisions: Decisions) {
    this.#running = running;
    this.#decisions = decisions;
    this.#consumers = consumersOf(steps);
  }

  /** Settled if a step is begun together with the one that it reads from, while this one waits. */
  invitation(step: Step): Promise<Member> {
    return new Promise((resolve) => this.#invitations.set(step.name, resolve));
  }

  /** A step waits no longer. */
  decline(step: Step): void {
    this.#invitations.delete(step.name);
  }

  /** Runs a step whose inputs are all there, and begins those that can read what it writes. */
  run(step: Step, decision: ToRun, slot: Slot): Promise<Outcome> {
    const member = this.#begin(step, slot, { members: [], size: 0 });
    member.decision = decision;
    return this.#finish(member);
  }

  /** Follows a step that was begun together with the one that it reads from; `undefined` if it was cut off. */
  async follow(member: Member, upstream: Promise<Outcome | undefined>): Promise<Outcome | undefined> {
    const { attempt, slot, pipe } = member;
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
    return undefined;
  }

  /** Begins a step, and before it those that can read what it writes as it comes. */
  #begin(step: Step, slot: Slot, pipe: Pipe): Member {
    const { beginAttempt, files, report, results, signal } = this.#running;
    const streamed = pipe.size++ > 0;
    results.withdraw(step);
    const followers = this.#invite(step, slot, pipe);
    const attempt = beginAttempt(step, {
      inputs: files.find(step, this.#decisions.known),
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
      if (!canJoin(consumer, step, (name) => this.#decisions.known.has(name))) continue;
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

  /** Waits until a step has ended, keeps what it wrote, and tells those that read from it how they go on. */
  async #finish(member: Member): Promise<Outcome> {
    const { step, attempt, followers } = member;
    const { experiment, clock, files, store } = this.#running;
    try {
      const finished = await attempt.finished;
      if (!finished.ok) return await this.#fail(member, finished);
      const changed = await files.changed(step, this.#decisions.known);
      if (changed !== undefined)
        return await this.#fail(member, {
          ...finished,
          ok: false,
          failure: `${changed} was changed during the run`,
          lines: [],
        });
      const { outputs, seconds, peakBytes } = finished;
      this.#decisions.known.set(step.name, outputs);
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
      return this.#decisions.settle(step, { state: 'ran', key, parts, reason, entry });
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
    const decision = await this.#decisions.decide(follower.step);
    follower.decision = decision;
    if (decision.state !== 'run') return;
    if (follower.hasLeft) return;
    follower.lock = this.#running.store.tryLock(decision.key);
    if (follower.lock === undefined) return;
    follower.decision = await this.#decisions.lookAgain(decision);
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
}

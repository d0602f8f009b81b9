import type { Attempt, Finished } from './attempt.ts';
import type { Decision } from '../decision.ts';
import type { Step } from '../experiment.ts';
import type { Lock } from '../store/lock.ts';
import type { Slot } from './slots.ts';

/** Steps that are joined by pipes and run at the same time. */
export interface Pipe {
  readonly members: Member[];
  /** How many were begun. */
  size: number;
  /** The step that failed, and for which the others were ended. */
  endedFor?: string;
}

/** A step that runs now, alone or as a part of a pipe. */
export interface Member {
  readonly step: Step;
  readonly attempt: Attempt;
  readonly slot: Slot;
  readonly pipe: Pipe;
  /** Those that read what it writes as it comes. */
  readonly followers: readonly Member[];
  /** The one that it reads from. */
  from?: Member;
  /** Known from the start, or when what it reads has ended. */
  decision?: Decision;
  /** Held while it runs, as soon as its key is known; none if another run is at work on it. */
  lock?: Lock | undefined;
  finished?: Finished;
  /** Whether it was ended though nothing failed: it need not run, or another run does it, or that holds for what it reads. */
  cutOff?: boolean;
  /** Whether nobody waits for it any longer. */
  hasLeft?: boolean;
}

/** Ends a member, and those that read from it. */
export function cutOff(member: Member): void {
  member.cutOff = true;
  member.attempt.stop();
  member.followers.forEach(cutOff);
}

/** The failure furthest up a pipe that a member reads from: what was cut off there made the member fail, too. */
export function causeOf(member: Member): Member | undefined {
  let cause: Member | undefined;
  for (let at = member.from; at !== undefined; at = at.from) if (at.finished?.ok === false) cause = at;
  return cause;
}

/** Ends all other members of a pipe, since this one failed. */
export function endOthers({ step, pipe, attempt }: Member): void {
  pipe.endedFor = step.name;
  for (const other of pipe.members) if (other.attempt !== attempt) other.attempt.stop();
}

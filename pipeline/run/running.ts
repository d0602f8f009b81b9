import type { BeginAttempt } from './attempt.ts';
import type { Step } from '../experiment.ts';
import type { Key } from '../key.ts';
import type { Lock } from '../store/lock.ts';
import type { Report } from '../outcome.ts';
import type { Known, Planning } from '../plan.ts';
import type { Slots } from './slots.ts';
import type { Entry } from '../store/entry.ts';
import type { Lookup } from '../store/store.ts';
import type { Material } from './workspace.ts';

/** What running a plan needs. Tests put memory in the place of the disk, and functions in that of processes. */
export interface Running {
  readonly experiment: string;
  readonly planning: Planning;
  readonly store: {
    lookUp(key: Key): Promise<Lookup>;
    lock(key: Key, waits: (holder: string) => void, signal: AbortSignal): Promise<Lock | undefined>;
    tryLock(key: Key): Lock | undefined;
    commit(key: Key, entry: Entry): void;
  };
  /** What a person finds of the outputs. */
  readonly results: {
    publish(step: Step, entry: Entry): void;
    withdraw(step: Step): void;
  };
  readonly files: {
    /** Where the inputs of a step lie, by name; without those that are streamed. */
    find(step: Step, known: Known): Record<string, Material>;
    /** What a step reads and that is no longer what it was when that was hashed, for a person. */
    changed(step: Step, known: Known): Promise<string | undefined>;
  };
  readonly beginAttempt: BeginAttempt;
  readonly slots: Slots;
  readonly clock: { now(): Date; sleep(seconds: number, signal: AbortSignal): Promise<void> };
  readonly report: Report;
  readonly signal: AbortSignal;
  /** Whether steps that don't need one that failed are run all the same. */
  readonly keepGoing: boolean;
}

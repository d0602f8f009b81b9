import { totalmem } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { executeWith } from '../../pipeline/execute.ts';
import { changedInput, findInputs } from '../../pipeline/materials.ts';
import type { Report } from '../../pipeline/outcome.ts';
import type { SharedStore } from '../../pipeline/remote/shared-store.ts';
import { shareWith } from '../../pipeline/remote/sharing.ts';
import { publish, withdraw } from '../../pipeline/results.ts';
import type { Running } from '../../pipeline/running.ts';
import { Slots } from '../../pipeline/slots.ts';
import { PROGRAM } from './program.ts';
import type { RunOptions } from './run-options.ts';
import type { Session } from './session.ts';

/** What a run was asked for, and what it tells its events to. */
export interface Asked extends Pick<RunOptions, 'jobs' | 'keepGoing'> {
  /** Where links to the outputs go. */
  readonly results: string;
  readonly report: Report;
  readonly signal: AbortSignal;
  readonly shared: SharedStore | undefined;
}

/** All that running needs of the world: this machine's disk, processes and clock. */
export function runningOf({ experiment, store, files, planning }: Session, asked: Asked): Running {
  const { results, report, signal, jobs, keepGoing, shared } = asked;
  return {
    experiment: experiment.name,
    planning,
    store: shared === undefined ? store : shareWith(store, shared),
    results: {
      publish: (step, entry) => Promise.resolve(publish(results, step.outputs, { store, entry })),
      withdraw: (step) => withdraw(results, step.outputs),
    },
    files: {
      find: (step, known) => findInputs(step, known, store),
      changed: (step) => changedInput(step, files, store.digests),
    },
    beginAttempt: executeWith({ store, program: PROGRAM, environment: process.env }),
    slots: new Slots(jobs, totalmem()),
    clock: {
      now: () => new Date(),
      sleep: (seconds, until) =>
        setTimeout(1000 * seconds, undefined, { signal: until }).catch(() => undefined), // interrupted
    },
    report,
    signal,
    keepGoing,
  };
}

import { totalmem } from 'node:os';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { executeWith } from '../../pipeline/run/execute.ts';
import { readCommit, type Commit } from '../../pipeline/tell/git.ts';
import { changedInput, findInputs } from '../../pipeline/run/materials.ts';
import type { Outcome, Report } from '../../pipeline/outcome.ts';
import type { Choice } from '../../pipeline/store/remote/open.ts';
import { SharedStore } from '../../pipeline/store/remote/shared-store.ts';
import { shareWith } from '../../pipeline/store/remote/sharing.ts';
import { publish, withdraw } from '../../pipeline/store/results.ts';
import { runPlan } from '../../pipeline/run/run.ts';
import type { Running } from '../../pipeline/run/running.ts';
import { Slots } from '../../pipeline/run/slots.ts';
import { PROGRAM } from './program.ts';
import type { RunOptions } from './run-options.ts';
import type { Session } from './session.ts';

/** What a run was asked for, and what it tells its events to. */
export interface Asked extends Omit<RunOptions, 'remote'> {
  readonly remote: Choice | undefined;
  /** Where links to the outputs go. */
  readonly results: string;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Carries out a plan, and tells the commit that it was begun at. */
export async function carryOut(
  session: Session,
  asked: Asked,
): Promise<{ outcomes: Map<string, Outcome>; git: Commit | null }> {
  const { remote } = asked;
  const warn = (message: string): void => asked.report({ type: 'warned', message });
  const shared = remote && new SharedStore({ ...remote, warn, signal: asked.signal });
  const running = toRun(session, asked, shared);
  const ran = runPlan(session.steps, session.plan, running).finally(() => shared?.finish());
  const git = setImmediate().then(() => readCommit([asked.store, asked.results])); // the first steps are on their way
  return { outcomes: await ran, git: await git };
}

/** All that running needs of the world: this machine's disk, processes and clock. */
function toRun(
  { experiment, store, files, planning }: Session,
  { results, report, signal, jobs, keepGoing }: Asked,
  shared: SharedStore | undefined,
): Running {
  return {
    experiment: experiment.name,
    planning,
    store: shared === undefined ? store : shareWith(store, shared),
    results: {
      publish: (step, entry) => publish(results, step.outputs, { store, entry }),
      withdraw: (step) => withdraw(results, step.outputs),
    },
    files: {
      find: (step, known) => findInputs(step, known, store),
      changed: (step, known) => changedInput(step, known, { files, store }),
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

import { setMaxListeners } from 'node:events';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { executeWith } from '../../pipeline/execute.ts';
import { readCommit } from '../../pipeline/git.ts';
import { planToJson } from '../../pipeline/json-report.ts';
import type { KeyParts } from '../../pipeline/key.ts';
import { removeLitter } from '../../pipeline/litter.ts';
import { changedInput, findInputs } from '../../pipeline/materials.ts';
import type { Outcome, Report } from '../../pipeline/outcome.ts';
import { checkOnly } from '../../pipeline/plan.ts';
import { showPlan } from '../../pipeline/plan-text.ts';
import { recordRun } from '../../pipeline/record.ts';
import { inColour } from '../../pipeline/report.ts';
import { publish, withdraw } from '../../pipeline/results.ts';
import { runPlan } from '../../pipeline/run.ts';
import type { Running } from '../../pipeline/running.ts';
import { Slots } from '../../pipeline/slots.ts';
import { take } from './experiment.ts';
import { writeText } from './output.ts';
import { PROGRAM } from './program.ts';
import { readRunOptions, type RunOptions } from './run-options.ts';
import { openSession, type Session } from './session.ts';
import { beginTelling } from './tell.ts';
import { sluiceVersions } from './versions.ts';

/** `sluice run FILE [STEP…]`. Gives the exit code: 0 done, 1 a step failed, 130 interrupted. */
export async function runCommand(args: string[], signal: AbortSignal): Promise<number> {
  const options = await readRunOptions('run', args);
  if (options === undefined) return 0;
  const started = new Date();
  const session = await openSession(options);
  if (options.only) take(checkOnly(session.steps, session.plan, session.named));
  if (options.dryRun) {
    await writeText(planText(session, options));
    return 0;
  }
  return run(session, { ...options, started, signal });
}

/** A plan, for a person or for a program. */
export function planText({ plan }: Session, { json, explain }: RunOptions): string {
  if (json) return planToJson(plan);
  const terminal = process.stdout.isTTY;
  return showPlan(plan, { colour: inColour({ terminal, environment: process.env }), explain });
}

interface Asked extends RunOptions {
  readonly started: Date;
  readonly signal: AbortSignal;
}

async function run(session: Session, { signal, started, ...options }: Asked): Promise<number> {
  const { experiment, steps, store, plan } = session;
  const git = readCommit([options.store, options.results]);
  removeLitter(store.folder);
  const gone = new AbortController();
  const { report, summarize, close } = beginTelling(options, steps, () => gone.abort());
  report({ type: 'planned', plan });
  const results = join(options.results, experiment.name);
  const stop = AbortSignal.any([signal, gone.signal]);
  setMaxListeners(0, stop, process); // a listener on each for every step that runs is no leak
  const running = toRun(session, { ...options, results, report, signal: stop });
  const outcomes = await runPlan(steps, plan, running).finally(close);
  const record = await recordRun({
    experiment,
    steps,
    outcomes,
    started,
    interrupted: stop.aborted,
    git: await git,
    versions: await sluiceVersions(),
    store,
    results,
  });
  store.setLast(experiment.name, keysOf(outcomes));
  store.saveDigests();
  summarize(record, results);
  return { done: 0, failed: 1, interrupted: 130 }[record.status];
}

/** All that running needs of the world. */
function toRun(
  { experiment, store, files, planning }: Session,
  { results, report, signal, jobs, keepGoing }: Reported,
): Running {
  return {
    experiment: experiment.name,
    planning,
    store,
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

interface Reported extends RunOptions {
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** The keys of the steps that ended well. */
function keysOf(outcomes: ReadonlyMap<string, Outcome>): Record<string, KeyParts> {
  const keys: Record<string, KeyParts> = {};
  for (const [name, outcome] of outcomes)
    if (outcome.state === 'hit' || outcome.state === 'ran') keys[name] = outcome.parts;
  return keys;
}

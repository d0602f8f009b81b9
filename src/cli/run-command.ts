import { setMaxListeners } from 'node:events';
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { planToJson } from '../../pipeline/tell/json-report.ts';
import type { KeyParts } from '../../pipeline/key.ts';
import { removeLitter } from '../../pipeline/store/litter.ts';
import type { Outcome } from '../../pipeline/outcome.ts';
import { describeHolder } from '../../pipeline/store/owner.ts';
import { checkOnly } from '../../pipeline/tell/only.ts';
import { countPlan, showPlan } from '../../pipeline/tell/plan-text.ts';
import { lastWriter, recordRun } from '../../pipeline/tell/record.ts';
import type { Choice } from '../../pipeline/store/remote/open.ts';
import { inColour } from '../../pipeline/tell/report.ts';
import { enterStore } from '../../pipeline/store/store-lock.ts';
import { readExperiment, take } from './experiment.ts';
import { writeText } from './output.ts';
import { keepParsed } from './parsed.ts';
import { readRunOptions, type RunOptions } from './run-options.ts';
import { openSession, planSelection, type Session } from './session.ts';
import { showResults } from './show-results.ts';
import { beginTelling } from './tell.ts';
import { sluiceVersions } from './versions.ts';

/** `sluice run FILE [STEP…]`. Gives the exit code: 0 done, 1 a step failed, 130 interrupted. */
export async function runCommand(args: string[], signal: AbortSignal): Promise<number> {
  const options = await readRunOptions('run', args);
  if (options === undefined) return 0;
  if (options.watch) {
    const { watchCommand } = await import('./watch/watch-command.ts');
    return watchCommand(options, args, signal);
  }
  if (!options.dryRun) return runInStore(options, signal);
  const session = await openSession(options);
  await writeText(planText(session, options));
  return 0;
}

/** A plan, for a person or for a program. */
export function planText({ plan }: Session, { json, explain }: RunOptions): string {
  if (json) return planToJson(plan);
  const colour = inColour({ terminal: process.stdout.isTTY, environment: process.env });
  return showPlan(plan, { colour, explain }) + countPlan(plan);
}

/** Runs an experiment when nobody needs the store for themselves. */
async function runInStore(options: RunOptions, signal: AbortSignal): Promise<number> {
  const started = new Date();
  // Without a store, something has to run: what runs it is loaded while the experiment is parsed.
  if (!existsSync(options.store)) void import('./run-steps.ts');
  const listener = process.send && (await import('./watch/reads.ts')); // a watch began us, and wants to know
  const selection = await (listener?.tellingReads(options, readExperiment(options)) ??
    readExperiment(options));
  const waits = (holder: string): void =>
    void process.stderr.write(`waits: ${describeHolder(holder)} is cleaning up the store\n`);
  const presence = await enterStore(options.store, waits, signal);
  if (presence === undefined) return 130;
  try {
    removeLitter(options.store);
    const session = await planSelection(selection, options.store);
    keepParsed(session, session.store);
    if (options.only) take(checkOnly(session.steps, session.plan, session.named));
    return await run(session, { options, started, signal });
  } finally {
    presence.release();
  }
}

interface Circumstances {
  readonly options: RunOptions;
  readonly started: Date;
  readonly signal: AbortSignal;
}

async function run(session: Session, { options, started, signal }: Circumstances): Promise<number> {
  const { experiment, steps, store, plan } = session;
  const remote = await remoteOf(options);
  const gone = new AbortController();
  const { report, summarize, close } = beginTelling(options, steps, () => gone.abort());
  report({ type: 'planned', plan });
  const results = join(options.results, experiment.name);
  const stop = AbortSignal.any([signal, gone.signal]);
  setMaxListeners(0, stop, process); // a listener on each for every step that runs is no leak
  const writer = lastWriter(results);
  if (writer !== undefined && resolve(writer) !== resolve(experiment.file))
    report({
      type: 'warned',
      message: `${relative('', results)} holds what ${writer} wrote; --results puts this run's elsewhere`,
    });
  const asked = { ...options, remote, results, report, signal: stop };
  // What starts processes takes longer to load than all of a run in which nothing has to.
  const isDone = [...plan.values()].every(({ state }) => state === 'hit');
  const carryOut = isDone ? showResults : (await import('./run-steps.ts')).carryOut;
  const { outcomes, git } = await carryOut(session, asked).finally(close);
  for (const outcome of outcomes.values()) if (outcome.state === 'hit') store.touch(outcome.key);
  const isNew = store.setLast(experiment.name, keysOf(outcomes));
  const record = recordRun({
    isNew: isNew || !isDone,
    experiment,
    steps,
    outcomes,
    started,
    interrupted: stop.aborted,
    git,
    versions: sluiceVersions(),
    store,
    results,
  });
  store.saveDigests();
  summarize(record, results);
  return { done: 0, failed: 1, interrupted: 130 }[record.status];
}

/** The shared store that was asked for. Most runs ask for none, and need not load what opens one. */
async function remoteOf({ remote }: RunOptions): Promise<Choice | undefined> {
  if ((remote.remote ?? process.env['SLUICE_REMOTE'] ?? '') === '') return undefined;
  const { chooseRemote } = await import('../../pipeline/store/remote/open.ts');
  return take(chooseRemote(remote, process.env));
}

/** The keys of the steps that ended well. */
function keysOf(outcomes: ReadonlyMap<string, Outcome>): Record<string, KeyParts> {
  const keys: Record<string, KeyParts> = {};
  for (const [name, outcome] of outcomes)
    if (outcome.state === 'hit' || outcome.state === 'ran') keys[name] = outcome.parts;
  return keys;
}

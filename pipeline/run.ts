import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { commandOf } from './command.ts';
import { digestFile } from './digest.ts';
import { needs, type Step } from './experiment.ts';
import type { KeyParts } from './key.ts';
import { limitConcurrency } from './limit.ts';
import type { Outcome, Report } from './outcome.ts';
import type { Decision, Plan } from './decision.ts';
import { decide, type Known, type Planning } from './plan.ts';
import type { RunProcess } from './process.ts';
import { publish, withdraw } from './results.ts';
import type { Entry, Store, Stored } from './store.ts';

/** What running needs besides the plan. */
export interface Running {
  readonly planning: Planning;
  readonly store: Store;
  readonly runProcess: RunProcess;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** The command line that runs a stage, up to the stage's name. */
  readonly program: readonly string[];
  /** Where links to the outputs go. */
  readonly results: string;
  /** How many steps may run at the same time. */
  readonly jobs: number;
}

/**
 * Runs the steps that have to, each as soon as those that it needs have ended; after a failure none is begun.
 * `steps` are in order. The outcomes come in that order too.
 */
export async function runPlan(
  steps: readonly Step[],
  plan: Plan,
  running: Running,
): Promise<Map<string, Outcome>> {
  const known: Known = new Map();
  const limit = limitConcurrency(running.jobs);
  const outcomes = new Map<string, Promise<Outcome>>();
  let failed: string | undefined;

  const runOne = async (step: Step): Promise<Outcome> => {
    const upstream = await Promise.all(
      needs(step).map(async (name) => ({ name, ...(await outcomes.get(name)!) })),
    );
    const broken = upstream.find(({ state }) => state === 'failed' || state === 'skipped');
    if (broken)
      return {
        state: 'skipped',
        because: `${broken.name} ${broken.state === 'failed' ? 'failed' : 'was not run'}`,
      };
    let decision = plan.get(step.name)!;
    if (decision.state === 'wait') {
      decision = await decide(step, known, running.planning);
      running.report({ type: 'decided', step: step.name, decision });
    }
    if (decision.state === 'hit') return settle(step, decision, running);
    return limit(async () => {
      if (running.signal.aborted) return { state: 'skipped', because: 'interrupted' };
      if (failed !== undefined) return { state: 'skipped', because: `${failed} failed` };
      const outcome = await execute(step, decision as Decision & { state: 'run' }, { ...running, known });
      if (outcome.state === 'failed') failed ??= step.name;
      return outcome;
    });
  };

  const runOrSkip = async (step: Step): Promise<Outcome> => {
    const outcome = await runOne(step);
    // What an earlier run left there does not go with what this one writes.
    if (outcome.state === 'skipped') await withdraw(running.results, step.outputs);
    return outcome;
  };

  for (const step of steps) {
    const outcome = runOrSkip(step)
      .catch(toFailure)
      .then((ended) => {
        if (ended.state === 'hit' || ended.state === 'ran') known.set(step.name, ended.entry.outputs);
        if (ended.state === 'failed') failed ??= step.name;
        running.report({ type: 'ended', step: step.name, outcome: ended });
        return ended;
      });
    outcomes.set(step.name, outcome);
  }
  return new Map(await Promise.all([...outcomes].map(async ([name, ended]) => [name, await ended] as const)));
}

/** Runs one step's process, and keeps what it wrote if it ended well. */
async function execute(
  step: Step,
  { key, parts, reason }: Decision & { state: 'run' },
  { known, store, report, ...running }: Running & { known: Known },
): Promise<Outcome> {
  report({ type: 'started', step: step.name, reason });
  const folder = await store.begin();
  const begun = performance.now();
  try {
    await withdraw(running.results, step.outputs);
    const job = commandOf(step, {
      folder,
      program: running.program,
      input: (source) =>
        'path' in source ? source.path : store.objectPath(known.get(source.step)![source.output]!.sha256),
    });
    const told = (line: string): void => report({ type: 'said', step: step.name, line });
    const { exit, peakBytes } = await running.runProcess(job, told, running.signal);
    const seconds = (performance.now() - begun) / 1000;
    const failure = failureOf(exit, running.signal) ?? (await changedInput(step, parts));
    if (failure !== undefined) return { state: 'failed', key, parts, reason, seconds, failure };
    const outputs: Record<string, Stored> = {};
    for (const { name, kind } of step.outputs) {
      const path = join(folder, name);
      outputs[name] = kind === 'file' ? await store.keepFile(path) : await store.keepFolder(path);
    }
    const entry: Entry = { parts, outputs, seconds, peakBytes };
    await store.commit(key, entry);
    return await settle(step, { state: 'ran', key, parts, reason, entry }, { ...running, store });
  } catch (error) {
    return { ...toFailure(error), key, parts, reason, seconds: (performance.now() - begun) / 1000 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A failure, if a file that the step read is not what its key says: the outputs would be found by a wrong key. */
async function changedInput(step: Step, parts: KeyParts): Promise<string | undefined> {
  for (const [name, source] of Object.entries(step.inputs)) {
    if ('path' in source && (await digestFile(source.path)).sha256 !== parts.inputs[name])
      return `${source.path} was changed during the run`;
  }
  return undefined;
}

/** Shows a step's outputs among the results, and remembers its key for telling what changes. */
async function settle<T extends Extract<Outcome, { state: 'hit' | 'ran' }>>(
  step: Step,
  outcome: T,
  { store, results, planning }: Pick<Running, 'store' | 'results' | 'planning'>,
): Promise<T> {
  await publish(results, step.outputs, { store, entry: outcome.entry });
  await store.setLast(planning.experiment, step.name, outcome.parts);
  return outcome;
}

/** What the operating system refused fails a step; anything else that is thrown is a mistake in Sluice. */
function toFailure(error: unknown): Extract<Outcome, { state: 'failed' }> {
  if (error instanceof Error && 'syscall' in error) return { state: 'failed', failure: error.message };
  throw error;
}

function failureOf(exit: number | string, signal: AbortSignal): string | undefined {
  if (exit === 0) return undefined;
  if (signal.aborted) return 'interrupted';
  return typeof exit === 'number' ? `exit code ${exit}` : `ended by ${exit}`;
}

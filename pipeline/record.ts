import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Experiment, Step } from './experiment.ts';
import { explain } from './explain.ts';
import type { Outcome } from './outcome.ts';
import type { Store } from './store.ts';

/** What a run was and came to, for people and programs that ask later. */
export interface RunRecord {
  readonly experiment: string;
  readonly file: string;
  readonly started: string;
  readonly seconds: number;
  readonly status: 'done' | 'failed';
  readonly params: Experiment['params'];
  /** The commit of the folder that it was run in, and whether files differed from it; `null` outside of git. */
  readonly git: { readonly commit: string; readonly dirty: boolean } | null;
  readonly versions: Readonly<Record<string, string>>;
  readonly steps: Readonly<Record<string, StepRecord>>;
}

/** The parts of its key, besides what is named here. */
export interface StepRecord {
  readonly state: Outcome['state'];
  readonly metrics?: Readonly<Record<string, unknown>> | undefined;
  readonly [part: string]: unknown;
}

/** Writes the record of a run: into the store, and beside the results as `run.json`. */
export async function recordRun({
  experiment,
  steps,
  outcomes,
  started,
  versions,
  store,
  results,
}: {
  readonly experiment: Experiment;
  readonly steps: readonly Step[];
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly started: Date;
  readonly versions: RunRecord['versions'];
  readonly store: Store;
  readonly results: string;
}): Promise<RunRecord> {
  const recorded = steps.map(
    async (step) => [step.name, await recordStep(step, outcomes.get(step.name)!, store)] as const,
  );
  const record: RunRecord = {
    experiment: experiment.name,
    file: experiment.file,
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    status: [...outcomes.values()].every(({ state }) => state === 'hit' || state === 'ran')
      ? 'done'
      : 'failed',
    params: experiment.params,
    git: await readGit(),
    versions,
    steps: Object.fromEntries(await Promise.all(recorded)),
  };
  const fileName = `${record.started.replaceAll(':', '-')}-${experiment.name}.json`;
  await store.writeJson(join(store.folder, 'runs', fileName), record);
  await store.writeJson(join(results, 'run.json'), record);
  return record;
}

/** What is recorded of one step. The metrics are the JSON object that a stage of metrics wrote. */
async function recordStep(step: Step, outcome: Outcome, store: Store): Promise<StepRecord> {
  if (outcome.state === 'skipped') return { ...outcome };
  const { state, key, parts } = outcome;
  const why = 'reason' in outcome ? { why: explain(outcome.reason) } : {};
  if (outcome.state === 'failed')
    return { state, ...why, failure: outcome.failure, seconds: outcome.seconds, key, parts };
  const { seconds, peakBytes, outputs } = outcome.entry;
  const hasMetrics = step.kind === 'stage' && step.registered.stage.metrics === true;
  const metrics = hasMetrics
    ? {
        metrics: JSON.parse(
          await readFile(store.objectPath(outputs['out']!.sha256), 'utf8'),
        ) as StepRecord['metrics'],
      }
    : {};
  return {
    state,
    ...why,
    seconds,
    peak_bytes: peakBytes ?? null,
    ...metrics,
    written: outputs,
    key,
    parts,
  };
}

/** The commit of the current folder, and whether it is dirty. */
async function readGit(): Promise<RunRecord['git']> {
  const git = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)('git', args)).stdout.trim();
  try {
    const [commit, changes] = await Promise.all([git('rev-parse', 'HEAD'), git('status', '--porcelain')]);
    return { commit, dirty: changes !== '' };
  } catch {
    return null; // no git, no repository, or no commit in it yet
  }
}

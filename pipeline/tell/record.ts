import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Experiment, Step } from '../experiment.ts';
import { explain } from './explain.ts';
import type { Commit } from './git.ts';
import type { Reason } from '../decision.ts';
import type { Outcome } from '../outcome.ts';
import type { Store } from '../store/store.ts';

/** What a run was and came to, for people and programs that ask later. */
export interface RunRecord {
  readonly experiment: string;
  readonly file: string;
  readonly started: string;
  readonly seconds: number;
  readonly status: 'done' | 'failed' | 'interrupted';
  readonly params: Experiment['params'];
  /** Of the folder that it was run in, when it began; `null` outside of git, left out of a run in which nothing ran. */
  readonly git?: Commit | null | undefined;
  readonly versions: Readonly<Record<string, string>>;
  readonly steps: Readonly<Record<string, StepRecord>>;
}

/** What is recorded of a step; `parts` are those of its key. */
export interface StepRecord {
  readonly state: Outcome['state'];
  readonly metrics?: Readonly<Record<string, unknown>> | undefined;
  readonly [part: string]: unknown;
}

/** Writes the record of a run beside the results, as `run.json`, and into the store if it is another one than the last. */
export function recordRun({
  isNew,
  experiment,
  steps,
  outcomes,
  started,
  interrupted,
  git,
  versions,
  store,
  results,
}: {
  /** Whether anything ran, or a step is another one than in the last run. */
  readonly isNew: boolean;
  readonly experiment: Experiment;
  readonly steps: readonly Step[];
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly started: Date;
  readonly interrupted: boolean;
  readonly git: RunRecord['git'];
  readonly versions: RunRecord['versions'];
  readonly store: Store;
  readonly results: string;
}): RunRecord {
  const recorded = steps.map((step) => [step.name, recordStep(step, outcomes.get(step.name)!, store)]);
  const record: RunRecord = {
    experiment: experiment.name,
    file: experiment.file,
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    status: interrupted ? 'interrupted' : allDone(outcomes) ? 'done' : 'failed',
    params: experiment.params,
    git,
    versions,
    steps: Object.fromEntries(recorded) as RunRecord['steps'],
  };
  const fileName = `${record.started.replaceAll(':', '-')}-${experiment.name}.json`;
  if (isNew) store.writeJson(join(store.folder, 'runs', fileName), record, 2);
  store.writeJson(join(results, 'run.json'), record, 2);
  return record;
}

/** The file of the experiment that wrote the results in a folder last, if that is known. */
export function lastWriter(results: string): string | undefined {
  const path = join(results, 'run.json');
  if (!existsSync(path)) return undefined;
  // It stands at the start, and a record may be long.
  const start = Buffer.alloc(4096);
  const record = openSync(path, 'r');
  readSync(record, start);
  closeSync(record);
  const [, file] = /"file": ("(?:[^"\\]|\\.)*")/.exec(start.toString()) ?? [];
  return file === undefined ? undefined : (JSON.parse(file) as string);
}

const allDone = (outcomes: ReadonlyMap<string, Outcome>): boolean =>
  [...outcomes.values()].every(({ state }) => state === 'hit' || state === 'ran');

/** What is recorded of one step. The metrics are the JSON object that a stage of metrics wrote. */
function recordStep(step: Step, outcome: Outcome, store: Store): StepRecord {
  if (outcome.state === 'skipped') return { ...outcome };
  const { state, key, parts } = outcome;
  const why = 'reason' in outcome ? describeReason(outcome.reason) : {};
  if (outcome.state === 'failed')
    return { state, ...why, failure: outcome.failure, seconds: outcome.seconds, key, parts };
  const { seconds, peakBytes, outputs } = outcome.entry;
  const hasMetrics = step.kind === 'stage' && step.metrics;
  const metrics = hasMetrics
    ? {
        metrics: JSON.parse(
          readFileSync(store.objectPath(outputs['out']!.sha256), 'utf8'),
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

const describeReason = (reason: Reason): Record<string, unknown> => ({
  why: explain(reason),
  ...(reason.why === 'changed' ? { changes: reason.changes } : {}),
});

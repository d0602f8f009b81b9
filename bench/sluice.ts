import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RunRecord } from '../pipeline/tell/record.ts';
import type { Stored } from '../pipeline/store/entry.ts';
import { Store } from '../pipeline/store/store.ts';
import type { Epoch } from '../src/formats/history.ts';
import { type Cost, measure } from './measure.ts';

/** The repository: this file runs as build/bench/sluice.cjs. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** The command line that runs Sluice. */
export const SLUICE = [process.execPath, join(ROOT, 'dist/sluice.cjs')] as const;

/** Where an experiment is run, and on which files. */
export interface Workspace {
  readonly folder: string;
  readonly parameters: readonly string[];
}

/** What a run cost, and its own record. */
export interface Run extends Cost {
  readonly record: RunRecord;
}

/** Runs config/imdb.yaml, or some of its steps, with the workspace's own store and results. */
export async function runExperiment(
  { folder, parameters }: Workspace,
  more: readonly string[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const places = ['--store', join(folder, 'store'), '--results', join(folder, 'results')];
  const command = [...SLUICE, 'run', join(ROOT, 'config/imdb.yaml'), ...parameters, ...places, ...more];
  const cost = await measure(command as [string, ...string[]], environment);
  const record = JSON.parse(readFileSync(join(folder, 'results/imdb/run.json'), 'utf8')) as RunRecord;
  return { ...cost, record };
}

/** Where an output of a step of this run lies. */
export function outputOf({ folder }: Workspace, { record }: Run, step: string, output: string): string {
  const written = record.steps[step]?.['written'] as Readonly<Record<string, Stored>> | undefined;
  const stored = written?.[output];
  if (stored === undefined) throw new Error(`the run's record has no output ${output} of ${step}`);
  return new Store(join(folder, 'store')).objectPath(stored.sha256);
}

/** The file with an output of a step, which is run if it is not in the store yet. */
export async function stepOutput(workspace: Workspace, step: string, output: string): Promise<string> {
  return outputOf(workspace, await runExperiment(workspace, [step]), step, output);
}

/** Runs a stage alone, from file to file, as a person does in a shell. */
export function runStage(
  parameters: readonly string[],
  { input, output }: { readonly input: string; readonly output: string },
): Promise<Cost> {
  const script = 'exec "$@" < "$INPUT" > "$OUTPUT"';
  return measure(['bash', '-c', script, 'bash', ...SLUICE, ...parameters], { INPUT: input, OUTPUT: output });
}

/** Trains as `runStage` does, from `input`, and gives the epochs and the file with the model, too. */
export async function trainAlone(
  { folder }: Workspace,
  parameters: readonly string[],
  input: string,
): Promise<Cost & { readonly epochs: readonly Epoch[]; readonly model: string }> {
  const model = join(folder, 'model.safetensors');
  const history = join(folder, 'history.ndjson');
  const cost = await runStage(['train', ...parameters, '--history', history], { input, output: model });
  return { ...cost, epochs: readEpochs(history), model };
}

const readEpochs = (path: string): Epoch[] =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Epoch);

/** Runs a training step, and gives its epochs too. */
export async function runTraining(
  workspace: Workspace,
  step: string,
  more: readonly string[] = [],
): Promise<Run & { readonly epochs: readonly Epoch[] }> {
  const run = await runExperiment(workspace, [step, ...more]);
  return { ...run, epochs: readEpochs(outputOf(workspace, run, step, 'history')) };
}

/**
 * Gets the two files into `folder`/data, through `sluice run` and so checked; gives the parameters that take them
 * from there. So no figure holds the time of a download.
 */
export async function fetchData(folder: string, params: string | undefined): Promise<string[]> {
  const parameters = params === undefined ? [] : ['--params', params];
  const data = join(folder, 'data');
  mkdirSync(data, { recursive: true });
  const workspace = { folder: join(folder, 'download'), parameters };
  const run = await runExperiment(workspace, ['reviews', 'wordIndex']);
  copyFileSync(outputOf(workspace, run, 'reviews', 'out'), join(data, 'imdb.npz'));
  copyFileSync(outputOf(workspace, run, 'wordIndex', 'out'), join(data, 'imdb_word_index.json'));
  return [...parameters, '--set', `source=${data}`];
}

import { existsSync, readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, digestOf } from '../../pipeline/digest.ts';
import type { Experiment } from '../../pipeline/experiment.ts';
import type { Store } from '../../pipeline/store/store.ts';
import { findRoot } from './package.ts';
import type { RunOptions } from './run-options.ts';

/** Where a store keeps what this Sluice makes of an experiment's text and the parameters that replace its own. */
export function parsedPath({ file, text, params, set, store }: RunOptions): string {
  const build = readFileSync(findRoot('dist/build-id.txt'), 'utf8');
  const digest = digestOf(canonicalJson({ build, file, text, params, set }));
  return join(store, 'parsed', `${digest}.json`);
}

/** What an earlier run has made of it; `undefined` if it can't be read. */
export function readParsed(path: string): Experiment | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Experiment;
  } catch {
    return undefined; // it is made anew
  }
}

/** Keeps it for later runs. A stage of the user's own may change without the experiment: such a one is parsed each time. */
export function keepParsed(experiment: Experiment, path: string, store: Store): void {
  const isOwn = experiment.steps.some((step) => step.kind === 'stage' && step.stage.includes('/'));
  const now = new Date();
  if (existsSync(path)) utimesSync(path, now, now);
  else if (!isOwn) store.writeJson(path, experiment);
}

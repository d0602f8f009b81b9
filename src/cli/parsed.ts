import { readFileSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson, digestOf } from '../../pipeline/digest.ts';
import type { Experiment } from '../../pipeline/experiment.ts';
import type { Store } from '../../pipeline/store/store.ts';
import { packageFile } from '../package.ts';
import type { RunOptions } from './run-options.ts';
import type { Selection } from './selection.ts';

/** Where a store keeps what this Sluice makes of an experiment's text and the parameters that replace its own. */
export function parsedPath({ file, text, params, set, store }: RunOptions): string {
  const build = readFileSync(packageFile('dist/build-id.txt'), 'utf8');
  const digest = digestOf(canonicalJson({ build, file, text, params, set }));
  return join(store, 'parsed', `${digest}.json`);
}

/** What an earlier run has made of it; `undefined` if that is not there, or not as it was written. */
export function readParsed(path: string): Experiment | undefined {
  try {
    const [digest, text] = readFileSync(path, 'utf8').split('\n') as [string, string];
    return digestOf(text) === digest ? (JSON.parse(text) as Experiment) : undefined;
  } catch {
    return undefined; // it is made anew
  }
}

/** Keeps it for later runs. A stage of the user's own may change without the experiment: such a one is parsed each time. */
export function keepParsed({ experiment, parsed }: Selection, store: Store): void {
  const isOwn = experiment.steps.some((step) => step.kind === 'stage' && step.stage.includes('/'));
  const now = new Date();
  if (parsed.isKept) utimesSync(parsed.path, now, now);
  else if (!isOwn) {
    const text = JSON.stringify(experiment);
    store.write(parsed.path, `${digestOf(text)}\n${text}\n`);
  }
}

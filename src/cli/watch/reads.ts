import { relative } from 'node:path';
import { ownStages } from '../catalog.ts';
import { filesOf } from '../own-code.ts';
import type { Selection } from '../selection.ts';
import type { RunOptions } from '../run-options.ts';
import { listFiles, takeSnapshot } from './snapshot.ts';

/** What a run tells the watch that started it. */
export interface Reads {
  /** The files and folders that the run reads: as far as they are known, where there is a mistake in the experiment. */
  readonly paths: readonly string[];
  /** A snapshot of them, from before their digests were taken. */
  readonly snapshot: readonly (readonly [file: string, found: string])[];
}

/** Tells the watch, once the experiment was read, what the run reads. Gives and throws what `reading` does. */
export async function tellingReads(options: RunOptions, reading: Promise<Selection>): Promise<Selection> {
  const selection = await reading.catch(() => undefined);
  const paths = await findPaths(options, selection);
  const reads: Reads = { paths, snapshot: [...takeSnapshot(listFiles(paths).files)] };
  process.send!({ reads }, undefined, undefined, () => {}); // whoever is gone needs no message
  return reading;
}

async function findPaths({ file, params }: RunOptions, selection: Selection | undefined): Promise<string[]> {
  const steps = selection?.steps ?? [];
  const inputs = steps.flatMap((step) => Object.values(step.inputs));
  const named = inputs.flatMap((source) => ('path' in source ? source.path : []));
  const stages = steps.flatMap((step) =>
    step.kind === 'stage' && step.stage.includes('/') ? step.stage : [],
  );
  const modules = await Promise.all([...new Set([...stages, ...ownStages])].map(filesOf));
  const code = modules.flat().map((path) => relative('', path));
  return [...new Set([file, ...(params ? [params.name] : []), ...named, ...code])];
}

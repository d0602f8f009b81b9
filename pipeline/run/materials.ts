import { resolve } from 'node:path';
import type { DigestCache } from '../store/digest-cache.ts';
import type { Source, Step } from '../experiment.ts';
import { hash } from '../store/files.ts';
import type { Known } from '../plan.ts';
import type { Stored } from '../store/entry.ts';
import type { Store } from '../store/store.ts';
import type { Material } from './workspace.ts';

/** Where the inputs of a step lie, by name; without those of steps that have not ended. */
export function findInputs(
  step: Step,
  known: Known,
  store: Pick<Store, 'objectPath'>,
): Record<string, Material> {
  const inputs: Record<string, Material> = {};
  for (const [name, source] of Object.entries(step.inputs)) {
    const material = find(source, known, store);
    if (material !== undefined) inputs[name] = material;
  }
  return inputs;
}

function find(source: Source, known: Known, store: Pick<Store, 'objectPath'>): Material | undefined {
  if ('path' in source) return { path: resolve(source.path) };
  const stored = known.get(source.step)?.[source.output];
  if (stored?.files === undefined) return stored && { path: store.objectPath(stored.sha256) };
  const paths = Object.entries(stored.files).map(([file, digest]) => [file, store.objectPath(digest)]);
  return { files: Object.fromEntries(paths) as Record<string, string> };
}

/** The path of a file that a step reads and that is not what it was when it was hashed, if there is one. */
export async function changedInput(
  step: Step,
  files: ReadonlyMap<string, Stored>,
  digests: DigestCache,
): Promise<string | undefined> {
  for (const source of Object.values(step.inputs)) {
    if (!('path' in source)) continue;
    const now = await hash(source.path, digests);
    if (now.sha256 !== files.get(source.path)!.sha256) return source.path;
  }
  return undefined;
}

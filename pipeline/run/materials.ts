import { resolve } from 'node:path';
import type { Source, Step } from '../experiment.ts';
import { hash } from '../store/files.ts';
import type { Known } from '../plan.ts';
import { objectsOf, type Stored } from '../store/entry.ts';
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

/**
 * What a step reads and that is not what it was when it was hashed, if there is something: a file, or an output in the
 * store, which a command that runs as root can write to.
 */
export async function changedInput(
  step: Step,
  known: Known,
  { files, store }: { files: ReadonlyMap<string, Stored>; store: Pick<Store, 'objectPath' | 'digests'> },
): Promise<string | undefined> {
  for (const source of Object.values(step.inputs)) {
    if ('path' in source) {
      const now = await hash(source.path, store.digests);
      if (now.sha256 !== files.get(source.path)!.sha256) return source.path;
    } else {
      const stored = known.get(source.step)![source.output]!;
      for (const digest of objectsOf({ outputs: { stored } }))
        if ((await store.digests.of(store.objectPath(digest))).sha256 !== digest)
          return `the output of ${source.step} in the store`;
    }
  }
  return undefined;
}

import { copyFile, link, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Output } from './experiment.ts';
import type { Entry, Store } from './store.ts';

/** Puts a step's outputs where a person finds them: links to the stored objects, named after the step. */
export async function publish(
  folder: string,
  outputs: readonly Output[],
  { store, entry }: { store: Store; entry: Entry },
): Promise<void> {
  for (const { name, fileName } of outputs) {
    const path = join(folder, fileName);
    await rm(path, { recursive: true, force: true });
    const { sha256, files } = entry.outputs[name]!;
    if (files === undefined) await linkOrCopy(store.objectPath(sha256), path);
    for (const [file, digest] of Object.entries(files ?? {}))
      await linkOrCopy(store.objectPath(digest), join(path, file));
  }
}

/** Takes away what an earlier run left there, so that nothing stale lies beside what is new. */
export async function withdraw(folder: string, outputs: readonly Output[]): Promise<void> {
  for (const { fileName } of outputs) await rm(join(folder, fileName), { recursive: true, force: true });
}

async function linkOrCopy(object: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await link(object, path);
  } catch (error) {
    // Another file system, or one that has no links, or no more of them.
    if (!['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
    await copyFile(object, path);
  }
}

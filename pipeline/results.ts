import { copyFile, constants, link, mkdir, rm, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Output } from './experiment.ts';
import type { Entry, Store } from './store.ts';

/**
 * Puts a step's outputs where a person finds them: links to the stored objects, named after the step. A folder that
 * stands where a file belongs is not ours: it is left, and the system's error is thrown.
 */
export async function publish(
  folder: string,
  outputs: readonly Output[],
  { store, entry }: { store: Store; entry: Entry },
): Promise<void> {
  for (const output of outputs) {
    const path = join(folder, output.fileName);
    const { sha256, files = { '': sha256 } } = entry.outputs[output.name]!;
    await againIfDisturbed(async () => {
      await remove(folder, output);
      for (const [file, digest] of Object.entries(files))
        await linkOrCopy(store.objectPath(digest), join(path, file));
    });
  }
}

/** Takes away what an earlier run left there, so that nothing stale lies beside what is new. */
export async function withdraw(folder: string, outputs: readonly Output[]): Promise<void> {
  for (const output of outputs) await againIfDisturbed(() => remove(folder, output));
}

async function remove(folder: string, { fileName, kind }: Output): Promise<void> {
  const path = join(folder, fileName);
  if (kind === 'folder') return rm(path, { recursive: true, force: true });
  try {
    await unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** How often another run may get in the way that publishes the same output at the same instant. */
const ATTEMPTS = 20;

async function againIfDisturbed(act: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act();
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (attempt === ATTEMPTS || !['EEXIST', 'ENOENT', 'ENOTEMPTY'].includes(code)) throw error;
    }
  }
}

async function linkOrCopy(object: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  try {
    await link(object, path);
  } catch (error) {
    // Another file system, or one that has no links, or no more of them.
    if (!['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
    await copyFile(object, path, constants.COPYFILE_EXCL);
  }
}

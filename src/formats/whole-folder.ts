import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fromSystemError, StageError } from '../error.ts';

/** Files of a folder, by name. */
export type FolderFiles = Readonly<Record<string, Uint8Array | string>>;

/** Whether a folder that holds these names may be replaced. */
export type Replaceable = (path: string, names: readonly string[]) => Promise<boolean>;

/**
 * Makes a folder with these files, whole or not at all: they are written to a hidden folder beside it, which takes the name
 * when it is complete. Throws as `moveIntoPlace` does.
 */
export async function writeWholeFolder(
  path: string,
  files: FolderFiles,
  replaceable: Replaceable,
): Promise<void> {
  const beside = hiddenBeside(path, 'tmp');
  try {
    await mkdir(beside, { recursive: true });
    for (const [file, content] of Object.entries(files)) await writeFile(join(beside, file), content);
    await moveIntoPlace(beside, path, replaceable);
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    throw fromSystemError(error, path);
  }
}

/**
 * Gives a folder that is complete the name `path`, in the same folder. What is there already is replaced only where it is
 * empty or `replaceable` says so; else it is left. Throws `BAD_VALUE` where it is something else, `NOT_FOUND` or `DISK_FULL`.
 */
export async function moveIntoPlace(folder: string, path: string, replaceable: Replaceable): Promise<void> {
  const target = resolve(path);
  const former = hiddenBeside(path, 'old');
  try {
    // A folder that holds something can't be renamed over: for a moment there is none, and never half of one.
    if ((await checkPlace(path, replaceable)) === 'full') await rename(target, former);
    await rename(folder, target);
  } catch (error) {
    if (existsSync(former)) await rename(former, target);
    throw fromSystemError(error, path);
  }
  await rm(former, { recursive: true, force: true });
}

/** Whether a folder holds something. Throws as `moveIntoPlace` would, were it called now. */
export async function checkPlace(path: string, replaceable: Replaceable): Promise<'free' | 'full'> {
  try {
    const names = await namesIn(path);
    if (names.length === 0) return 'free';
    if (!(await replaceable(resolve(path), names))) throw inTheWay(path, names);
    return 'full';
  } catch (error) {
    throw fromSystemError(error, path);
  }
}

function hiddenBeside(path: string, ending: string): string {
  const target = resolve(path);
  return join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.${ending}`);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

const inTheWay = (path: string, names: readonly string[]): StageError =>
  new StageError(
    'BAD_VALUE',
    `the folder ${path} holds other files: ${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''}`,
    {
      where: { file: path },
      hint: 'give the name of a new folder; only what was written by the same stage is replaced',
    },
  );

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fromSystemError, StageError } from '../error.ts';

/** Files of a folder, by name. */
export type FolderFiles = Readonly<Record<string, Uint8Array | string>>;

/**
 * Makes a folder with these files, whole or not at all: they are written to a hidden folder beside it, which takes the name
 * when it is complete. What is there already is replaced only where it is empty or `replaceable` says so.
 * Throws `BAD_VALUE` where it is something else, `NOT_FOUND` or `DISK_FULL`.
 */
export async function writeWholeFolder(
  path: string,
  files: FolderFiles,
  replaceable: (path: string, names: readonly string[]) => Promise<boolean>,
): Promise<void> {
  const target = resolve(path);
  const name = (ending: string): string =>
    join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.${ending}`);
  const beside = name('tmp');
  const former = name('old');
  try {
    const names = await namesIn(target);
    if (names.length > 0 && !(await replaceable(target, names))) throw inTheWay(path, names);
    await mkdir(beside, { recursive: true });
    for (const [file, content] of Object.entries(files)) await writeFile(join(beside, file), content);
    // A folder that holds something can't be renamed over: for a moment there is none, and never half of one.
    if (names.length > 0) await rename(target, former);
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    if (existsSync(former)) await rename(former, target);
    throw fromSystemError(error, path);
  }
  await rm(former, { recursive: true, force: true });
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
      hint: 'give the name of a new folder; only an earlier export is replaced',
    },
  );

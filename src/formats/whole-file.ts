import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fromSystemError, StageError } from '../error.ts';

/**
 * Writes a file whole or not at all: the bytes go to a hidden file beside it, which takes the name when it is
 * complete. A failure, also one of `bytes`, leaves what was there before. A link keeps pointing at its file, and a
 * device or pipe is written to as it is. Throws `NOT_FOUND` (no such folder, a folder of that name, no right) or `DISK_FULL`.
 */
export async function writeWhole(path: string, bytes: AsyncIterable<Uint8Array> | Uint8Array): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) throw isFolder(path);
  if (there !== undefined && !there.isFile()) return writeTo(path, path, bytes);

  const target = there === undefined ? path : await realpath(path);
  const beside = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeTo(beside, path, bytes);
    await rename(beside, target).catch((error: unknown) => {
      throw fromSystemError(error, path);
    });
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/** Throws at once what `writeWhole` would throw where there is no folder for a file, or a folder of that name. */
export async function checkWritable(path: string): Promise<void> {
  if ((await stat(path).catch(() => undefined))?.isDirectory()) throw isFolder(path);
  await stat(dirname(path)).catch((error: unknown) => {
    throw fromSystemError(error, dirname(path));
  });
}

const isFolder = (path: string): StageError =>
  new StageError('NOT_FOUND', `a folder, where a file is to be written: ${path}`, {
    where: { file: path },
    hint: 'give the name of a file in it',
  });

/** Writes to the file `path`; errors speak of `named`, which is what the person asked for. */
async function writeTo(
  path: string,
  named: string,
  bytes: AsyncIterable<Uint8Array> | Uint8Array,
): Promise<void> {
  const handle = await open(path, 'w').catch((error: NodeJS.ErrnoException) => {
    throw fromSystemError(error, error.code === 'ENOENT' ? dirname(named) : named);
  });
  const write = (chunk: Uint8Array): Promise<void> =>
    handle.writeFile(chunk).catch((error: unknown) => {
      throw fromSystemError(error, named);
    });
  try {
    if (bytes instanceof Uint8Array) await write(bytes);
    else for await (const chunk of bytes) await write(chunk);
  } finally {
    await handle.close();
  }
}

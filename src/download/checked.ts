import { createHash } from 'node:crypto';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { basename, isAbsolute } from 'node:path';
import { fromSystemError, StageError } from '../error.ts';
import type { Context } from '../stage.ts';
import { Meter } from './meter.ts';

/**
 * The content of a file, none of it before all of it was found to have the digest `sha256`. Throws `NOT_FOUND` (also
 * for a folder) or `DIGEST_MISMATCH`.
 */
export async function* readFileChecked(
  { path, sha256 }: { path: string; sha256: string },
  context: Context,
): AsyncGenerator<Uint8Array> {
  const file = await openFile(path);
  try {
    const meter = new Meter(basename(path), context);
    const { size } = await file.stat();
    const hash = createHash('sha256');
    let length = 0;
    for await (const chunk of readFrom(file, size, context.signal)) {
      hash.update(chunk);
      length += chunk.length;
      meter.update(length, size);
    }
    meter.finish();
    const actual = hash.digest('hex');
    if (actual !== sha256) throw mismatch(path, { expected: sha256, actual, length });
    yield* readAgain(file, { sha256, length }, context.signal);
  } catch (error) {
    throw fromSystemError(error, path);
  } finally {
    await file.close();
  }
}

/** The content of a file whose digest was found to be `sha256` while it was written. */
export async function* readWritten(
  path: string,
  checked: { sha256: string; length: number },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  try {
    yield* readAgain(file, checked, signal);
  } finally {
    await file.close();
  }
}

/** Both digests, for people to compare. */
export function mismatch(
  source: string,
  { expected, actual, length }: { expected: string; actual: string; length: number },
): StageError {
  return new StageError(
    'DIGEST_MISMATCH',
    `not the expected content\n  expected sha256 ${expected}\n  actual sha256   ${actual} (${length} bytes)`,
    {
      where: { file: source },
      hint: 'nothing was kept; get the file from another place or, if this is the one you want, give its actual sha256',
    },
  );
}

/** Reads what was checked a second time, and gives the last piece only if it is still the same: a cut one is noticed. */
async function* readAgain(
  file: FileHandle,
  checked: { sha256: string; length: number },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let held: Uint8Array | undefined;
  for await (const chunk of readFrom(file, checked.length, signal)) {
    if (held !== undefined) yield held;
    hash.update(chunk);
    held = chunk;
  }
  if (hash.digest('hex') !== checked.sha256) {
    throw new StageError('DIGEST_MISMATCH', 'the file changed while it was read', {
      hint: 'run it again when nobody writes to the file',
    });
  }
  if (held !== undefined) yield held;
}

/** The first `length` bytes of a file, or what there is of them. */
async function* readFrom(file: FileHandle, length: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let position = 0; position < length;) {
    signal.throwIfAborted();
    const size = Math.min(1 << 16, length - position);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(size), 0, size, position);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    position += bytesRead;
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    // Asked before it is opened: to open a pipe that nobody writes to takes forever.
    const status = await stat(path);
    if (status.isFile()) return await open(path);
    throw new StageError(
      'NOT_FOUND',
      `${status.isDirectory() ? 'a folder' : 'a device or pipe'}, where a file is needed: ${path}`,
      {
        where: { file: path },
        hint: 'give the path of a file; it is read twice: once to check it',
      },
    );
  } catch (error) {
    if (isAbsolute(path) || (error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw fromSystemError(error, path);
    throw new StageError('NOT_FOUND', `no such file or folder: ${path}`, {
      where: { file: path },
      hint: `a path starts from the folder that sluice is run in, ${process.cwd()}`,
      cause: error,
    });
  }
}

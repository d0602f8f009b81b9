import { once } from 'node:events';
import { fstatSync, ftruncateSync, write, type Stats } from 'node:fs';
import { promisify } from 'node:util';
import { StageError } from '../error.ts';
import type { AnyStage } from '../stage.ts';

type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Thrown when whoever reads our standard output has had enough, as `head` does. */
export class OutputClosed extends Error {}

/** Throws `USAGE` where what the stage writes would garble a terminal. */
export function checkTerminal({ writes, example }: AnyStage): void {
  if (!process.stdout.isTTY || writes.text) return;
  const hint = `send it to a file or a pipe, such as: ${example}`;
  throw new StageError('USAGE', `it writes ${writes.name}, which a terminal can't show`, { hint });
}

/** Writes a text to the standard output. Throws as `writeStandardOutput` does. */
export function writeText(text: string): Promise<void> {
  return writeStandardOutput([Buffer.from(text)], new AbortController().signal);
}

/**
 * Writes to the standard output, as fast as its reader takes it. A file is emptied again if something goes wrong.
 * Throws `OutputClosed`, and the system's own errors.
 */
export async function writeStandardOutput(bytes: Bytes, signal: AbortSignal): Promise<void> {
  const stat = fstatSync(1);
  const takeBack = (): void => {
    if (stat.isFile() && !isStandardError(stat)) ftruncateSync(1, stat.size);
  };
  process.once('exit', takeBack); // for what ends the process at once
  try {
    await (stat.isFIFO() || stat.isSocket() || process.stdout.isTTY
      ? writeStream(bytes, signal)
      : writeFile(bytes, signal));
  } catch (error) {
    takeBack();
    throw error;
  } finally {
    process.off('exit', takeBack);
  }
}

/** Whether standard error goes to the same file, as in `> log 2>&1`: then what it says would be taken back, too. */
function isStandardError({ dev, ino }: Stats): boolean {
  const error = fstatSync(2);
  return error.dev === dev && error.ino === ino;
}

async function writeStream(bytes: Bytes, signal: AbortSignal): Promise<void> {
  const { stdout } = process;
  let failure: Error | undefined;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    failure = error.code === 'EPIPE' ? new OutputClosed() : error;
  });
  for await (const chunk of bytes) {
    if (!stdout.write(chunk) && failure === undefined) {
      // `once` throws what an 'error' event brings: the handler above has kept it.
      await once(stdout, 'drain', { signal }).catch((error: unknown) => (failure ??= error as Error));
    }
    if (failure !== undefined) throw failure;
    signal.throwIfAborted();
  }
  await new Promise<void>((resolve) => stdout.write('', () => resolve()));
  if (failure !== undefined) throw failure;
}

/** Node's own stream for files passes over a write that the disk had room for in part only. */
async function writeFile(bytes: Bytes, signal: AbortSignal): Promise<void> {
  const writeSome = promisify(write);
  for await (const chunk of bytes) {
    for (let start = 0; start < chunk.length;) {
      const { bytesWritten } = await writeSome(1, chunk, start, chunk.length - start);
      start += bytesWritten;
    }
    signal.throwIfAborted();
  }
}

import { createReadStream } from 'node:fs';
import { fromSystemError, StageError } from '../error.ts';

/** Reads a file that an option names. What goes wrong names the file: `NOT_FOUND`, or what `read` throws. */
export async function readInputFile<T>(
  path: string,
  read: (bytes: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  try {
    return await read(readBytes(path));
  } catch (error) {
    if (!(error instanceof StageError)) throw fromSystemError(error, path);
    const { code, message, where, hint } = error;
    throw new StageError(code, message, {
      where: { file: path, ...where },
      ...(hint && { hint }),
      cause: error,
    });
  }
}

/** Opened when it is asked for the first bytes: a stream that fails before anybody listens ends the process. */
async function* readBytes(path: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path) as AsyncIterable<Uint8Array>;
}

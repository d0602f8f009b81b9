import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { fromSystemError, StageError } from '../error.ts';

/** The text of a file that a command names: whatever is wrong with it is wrong with the command. Throws `USAGE`. */
export function readTextFile(file: string): string {
  const bytes = readBytes(file);
  if (isUtf8(bytes)) return bytes.toString().replace(/^\ufeff/, '');
  const line = bytes.toString().split('\ufffd', 1)[0]!.split('\n').length;
  throw new StageError('USAGE', 'not text in UTF-8', {
    where: { file, line },
    hint: 'save it as UTF-8 in your editor',
  });
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    const known = fromSystemError(error, file);
    if (!(known instanceof StageError)) throw error;
    throw new StageError('USAGE', known.message, { where: known.where, cause: error });
  }
}

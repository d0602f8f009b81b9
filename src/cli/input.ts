import { createReadStream, fstatSync } from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';
import { StageError } from '../error.ts';
import type { AnyStage } from '../stage.ts';

/** The bytes of the standard input. Throws `USAGE` where a terminal can't give what the stage reads. */
export function readStandardInput(stage: AnyStage, signal: AbortSignal): AsyncIterable<Uint8Array> {
  signal.throwIfAborted(); // a stream that is begun then fails before anybody listens
  const { reads } = stage;
  if (process.stdin.isTTY && !reads.text) {
    throw new StageError('USAGE', `it reads ${reads.name} from its standard input, which is a terminal`, {
      hint: `such as: ${stage.example}`,
    });
  }
  // A file is read in larger pieces than Node takes by itself.
  const stream: Readable = fstatSync(0).isFile()
    ? createReadStream('', { fd: 0, highWaterMark: 1 << 18 })
    : process.stdin;
  return addAbortSignal(signal, stream) as AsyncIterable<Uint8Array>;
}

import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { fromSystemError, StageError } from '../error.ts';
import { ndjson } from './json.ts';
import { excerpt } from './ndjson.ts';

/** One epoch of training, with Keras's names. The `val_` ones are there if there was validation; `seconds` is the epoch's time. */
export interface Epoch {
  /** From 1. */
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  /** Metrics that were asked for. */
  readonly precision?: number;
  readonly recall?: number;
  readonly f1_score?: number;
  readonly val_loss?: number;
  readonly val_accuracy?: number;
  readonly val_precision?: number;
  readonly val_recall?: number;
  readonly val_f1_score?: number;
  readonly seconds: number;
}

/** The history of a training: `{"epoch":1,"loss":0.5,"accuracy":0.8,"seconds":0.3}`, a line an epoch. */
export const history = ndjson<Epoch>('history', (value, line) => {
  for (const field of ['epoch', 'loss', 'accuracy', 'seconds', 'val_loss', 'val_accuracy'] as const) {
    const given: unknown = (value as Partial<Epoch> | null)?.[field];
    if (field.startsWith('val_') ? given == null || Number.isFinite(given) : isGood(field, given)) continue;
    const about = {
      where: { line, field },
      hint: 'expected a line as `sluice train --history FILE` writes it',
    };
    throw given === undefined
      ? new StageError('MISSING_FIELD', `an epoch without "${field}"`, about)
      : new StageError('BAD_VALUE', `"${field}" is ${excerpt(JSON.stringify(given))}`, about);
  }
  return value as Epoch;
});

/** JSON's 1e400 is Infinity in JavaScript, and no axis reaches as far as epoch 1e308. */
const isGood = (field: string, value: unknown): boolean =>
  field === 'epoch' ? Number.isSafeInteger(value) && (value as number) > 0 : Number.isFinite(value);

/**
 * Passes epochs on, and writes each to `path` as it comes. The file grows under the name `path` + `.partial`, to be watched
 * with `tail -f`, and gets its own name when the last epoch is there; after a failure what was there before is still there.
 * What is there and no regular file (a named pipe, `/dev/stderr`) is written to as it is.
 */
export async function* recordHistory(epochs: AsyncIterable<Epoch>, path: string): AsyncGenerator<Epoch> {
  const inPlace = await isSpecial(path);
  const target = await realpath(path).catch(() => path); // a link keeps pointing at its file
  const partial = inPlace ? path : `${target}.partial`;
  let complete = false;
  try {
    const file = await open(partial, 'w');
    try {
      for await (const epoch of epochs) {
        await file.write(`${JSON.stringify(epoch)}\n`);
        yield epoch;
      }
    } finally {
      await file.close();
    }
    if (!inPlace) await rename(partial, target);
    complete = true;
  } catch (error) {
    throw fromSystemError(error, path);
  } finally {
    if (!complete && !inPlace) await rm(partial, { force: true });
  }
}

async function isSpecial(path: string): Promise<boolean> {
  try {
    return !(await stat(path)).isFile();
  } catch {
    // It isn't there yet, or `open` will say what is wrong with it.
    return false;
  }
}

import { StageError } from '../error.ts';
import { ndjson } from './json.ts';

/** One epoch of training, with Keras's names. The `val_` ones are there if there was validation; `seconds` is the epoch's time. */
export interface Epoch {
  /** From 1. */
  readonly epoch: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly val_loss?: number;
  readonly val_accuracy?: number;
  readonly seconds: number;
}

/** The history of a training: `{"epoch":1,"loss":0.5,"accuracy":0.8,"seconds":0.3}`, a line an epoch. */
export const history = ndjson<Epoch>('history', (value, line) => {
  for (const field of ['epoch', 'loss', 'accuracy', 'seconds'] as const) {
    if (typeof (value as Partial<Epoch> | null)?.[field] === 'number') continue;
    throw new StageError('MISSING_FIELD', `an epoch without "${field}"`, {
      where: { line, field },
      hint: 'expected a line as `sluice train --history FILE` writes it',
    });
  }
  return value as Epoch;
});

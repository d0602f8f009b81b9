import type { Epoch } from '../formats/history.ts';

export const MONITORS = ['val_loss', 'val_accuracy', 'loss', 'accuracy'] as const;

/** When training has gone on for long enough; names are Keras's. */
export interface EarlyStopping {
  readonly monitor: (typeof MONITORS)[number];
  /** How many epochs in a row may be no better than the best. */
  readonly patience: number;
  /** How much a better one must be better by. */
  readonly minDelta: number;
}

/**
 * Passes epochs on until none was better for so many. `better` is called after each that is the best so far, before
 * the next one begins.
 */
export async function* stopEarly(
  epochs: AsyncIterable<Epoch>,
  { monitor, patience, minDelta }: EarlyStopping,
  better: (epoch: Epoch) => void,
): AsyncGenerator<Epoch> {
  const sign = monitor.endsWith('loss') ? -1 : 1;
  let best = -Infinity;
  let waited = 0;
  for await (const epoch of epochs) {
    const value = sign * epoch[monitor]!;
    if (value - minDelta > best) {
      best = value;
      waited = 0;
      better(epoch);
    } else waited++;
    yield epoch;
    if (waited >= Math.max(1, patience)) return;
  }
}

import type { Checkpoint } from '../formats/checkpoint.ts';
import type { Epoch } from '../formats/history.ts';
import type { Trainer } from './contract.ts';

/** Gives the epochs that are behind a training that is resumed, then those that come. */
export async function* replay(behind: readonly Epoch[], epochs: AsyncIterable<Epoch>): AsyncGenerator<Epoch> {
  yield* behind;
  yield* epochs;
}

/** Passes epochs on; after each that is not `behind`, `write` gets the checkpoint. */
export async function* saveEach(
  epochs: AsyncIterable<Epoch>,
  { trainer, about, best, behind }: Saved,
  write: (checkpoint: Checkpoint) => Promise<void>,
): AsyncGenerator<Epoch> {
  const all: Epoch[] = [];
  for await (const epoch of epochs) {
    all.push(epoch);
    if (all.length > behind) {
      await write({ ...about, ...trainer.state(), epochs: all, best: best() ?? [] });
    }
    yield epoch;
  }
}

interface Saved {
  readonly trainer: Trainer;
  readonly about: Pick<Checkpoint, 'options' | 'rows'>;
  /** The weights of the best epoch so far, where one is looked for. */
  readonly best: () => readonly Float32Array[] | undefined;
  /** How many epochs the checkpoint that is resumed has. */
  readonly behind: number;
}

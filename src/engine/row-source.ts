import { Random } from '../random.ts';
import { arange, countRows, slices, type Rows } from './rows.ts';

/** Rows to train on or to judge; not all of them need to be in memory. */
export interface RowSource {
  readonly count: number;
  /** Whether an engine can forget each part when it is through with it: it is made anew when its turn comes again. */
  readonly passes: boolean;
  /** All rows, part by part, in the order of an epoch, counted from 1. It depends on the seed and the epoch alone. */
  shuffled(epoch: number): AsyncIterable<Part> | Iterable<Part>;
  /** All rows in their order. */
  inOrder(): AsyncIterable<Rows> | Iterable<Rows>;
}

/** Rows, and the order in which to take them. */
export interface Part {
  readonly rows: Rows;
  readonly order: Uint32Array;
}

/** Rows in memory. Epochs are asked for one after the other: each shuffles what the one before has left. */
export function heldRows(rows: Rows, seed: number): RowSource {
  const order = arange(countRows(rows));
  let shuffles = 0;
  return {
    count: order.length,
    passes: false,
    *shuffled(epoch) {
      while (shuffles < epoch) new Random(seed, 'shuffle', ++shuffles).shuffle(order);
      yield { rows, order };
    },
    *inOrder() {
      yield rows;
    },
  };
}

/** Rows that lie elsewhere, in blocks of some thousand. */
export interface Blocks {
  /** The rows of each block. */
  readonly counts: readonly number[];
  /** The rows of the blocks with these numbers, one block after the other. */
  read(blocks: Uint32Array): Promise<Rows>;
}

/**
 * Rows of which `together` blocks are in memory at a time. An epoch takes the blocks in random order, and shuffles the rows of those that
 * are together. Those with a block that isn't full come last, so that only an epoch's last batch is smaller than the others.
 */
export function blockRows(blocks: Blocks, { seed, together }: { seed: number; together: number }): RowSource {
  const { counts } = blocks;
  const full = Math.max(0, ...counts);
  const isFull = (group: Uint32Array): boolean => group.every((block) => counts[block] === full);
  return {
    count: counts.reduce((sum, count) => sum + count, 0),
    passes: true,
    async *shuffled(epoch) {
      const order = new Random(seed, 'blocks', epoch).shuffle(arange(counts.length));
      const groups = [...slices(order, together)].sort((a, b) => Number(isFull(b)) - Number(isFull(a)));
      for (const [i, group] of groups.entries()) {
        const rows = await blocks.read(group);
        yield { rows, order: new Random(seed, 'shuffle', epoch, i).shuffle(arange(countRows(rows))) };
      }
    },
    async *inOrder() {
      for (const group of slices(arange(counts.length), together)) yield await blocks.read(group);
    },
  };
}

import * as v from 'valibot';
import { StageError } from '../error.ts';
import type { VectorBatch } from '../formats/vector-batch.ts';
import { vectors } from '../formats/vectors.ts';
import { flag, integer, number } from '../options.ts';
import { Random } from '../random.ts';
import { defineStage } from '../stage.ts';

/**
 * Marks rows of `train` as `validation`: the first ones, as the textbook does, for Keras's reviews come shuffled already. Every row
 * stays in its place, so that the order of the others never depends on which were drawn; rows marked before stay so.
 *
 * A whole number without `shuffle` and `stratify` is marked as the rows stream by; otherwise they are all held.
 * Throws `OUT_OF_RANGE` if more are asked for than there are, `USAGE` for a number that is neither whole nor a fraction.
 */
export const split = defineStage({
  summary: 'Marks rows of train as validation: the first, or some drawn at random',
  example: 'sluice split --validation 10000 < vectors.arrows > split.arrows',
  reads: vectors,
  writes: vectors,
  options: {
    validation: v.optional(
      number(
        0,
        2 ** 32,
        'how many rows of train become validation; below 1, which fraction of them (rounded)',
      ),
      10_000,
    ),
    shuffle: v.optional(flag('draw the rows at random, instead of taking the first'), false),
    stratify: v.optional(flag('draw from each label by its share of train'), false),
    seed: v.optional(integer(0, 'seed of the random draw'), 1),
  },
  run: async function* (input, { validation, shuffle, stratify, seed }) {
    const isFraction = validation > 0 && validation < 1;
    if (!isFraction && !Number.isInteger(validation)) {
      throw new StageError('USAGE', `validation is ${validation}`, {
        where: { field: 'validation' },
        hint: 'give a whole number of rows, or a fraction between 0 and 1',
      });
    }
    if (!isFraction && !shuffle && !stratify) {
      yield* markFirst(input, validation);
      return;
    }
    const batches: VectorBatch[] = [];
    for await (const batch of input) batches.push(batch);
    const labels = batches.flatMap(labelsOfTrain);
    const count = isFraction ? Math.round(validation * labels.length) : validation;
    checkCount(count, labels.length);
    const order = Uint32Array.from(labels.keys());
    if (shuffle) new Random(seed, 'split').shuffle(order);
    const chosen = new Set(stratify ? takeByLabel(order, labels, count) : order.subarray(0, count));
    let row = 0;
    for (const batch of batches) yield mark(batch, () => chosen.has(row++));
  },
});

async function* markFirst(input: AsyncIterable<VectorBatch>, count: number): AsyncGenerator<VectorBatch> {
  let row = 0;
  for await (const batch of input) yield mark(batch, () => row++ < count);
  checkCount(count, row);
}

/** Asks `isChosen` for each row of train, in order. */
function mark(batch: VectorBatch, isChosen: () => boolean): VectorBatch {
  return {
    ...batch,
    splits: batch.splits.map((name) => (name === 'train' && isChosen() ? 'validation' : name)),
  };
}

const labelsOfTrain = ({ labels, splits }: VectorBatch): number[] =>
  [...labels].filter((_, row) => splits[row] === 'train');

/** The first rows of `order` that have each label, as many as its quota is. */
function takeByLabel(order: Uint32Array, labels: readonly number[], count: number): Uint32Array {
  const quotas = apportion(count, countEach(labels));
  return order.filter((row) => {
    const left = quotas.get(labels[row]!)!;
    quotas.set(labels[row]!, left - 1);
    return left > 0;
  });
}

function countEach(labels: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/** Divides `count` by shares: each gets its quota rounded down, and the largest remainders one more; of equal ones the lower label. */
function apportion(count: number, shares: ReadonlyMap<number, number>): Map<number, number> {
  const total = [...shares.values()].reduce((sum, share) => sum + share, 0);
  const quotas = new Map([...shares].map(([label, share]) => [label, Math.floor((count * share) / total)]));
  const remainder = (share: number): number => (count * share) % total;
  const byRemainder = [...shares].sort(
    ([a, left], [b, right]) => remainder(right) - remainder(left) || a - b,
  );
  const missing = count - [...quotas.values()].reduce((sum, quota) => sum + quota, 0);
  for (const [label] of byRemainder.slice(0, missing)) quotas.set(label, quotas.get(label)! + 1);
  return quotas;
}

function checkCount(count: number, rows: number): void {
  if (count <= rows) return;
  throw new StageError('OUT_OF_RANGE', `${count} rows are to become validation, and train has ${rows}`, {
    where: { field: 'validation' },
    hint: `give at most ${rows}, or a fraction between 0 and 1`,
  });
}

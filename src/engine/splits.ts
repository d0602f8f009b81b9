import { StageError } from '../error.ts';
import type { Split } from '../formats/review.ts';
import type { VectorBatch } from '../formats/vector-batch.ts';

/** Passes batches on, and counts the rows of each split. */
export async function* countSplits(
  batches: AsyncIterable<VectorBatch>,
  counts: Map<Split, number>,
): AsyncGenerator<VectorBatch> {
  for await (const batch of batches) {
    for (const split of batch.splits) counts.set(split, (counts.get(split) ?? 0) + 1);
    yield batch;
  }
}

/** What to throw where the splits that `option` names have no rows; `counts` tells which have. */
export function noRow(
  option: string,
  splits: readonly Split[],
  counts: ReadonlyMap<Split, number>,
): StageError {
  const found = [...counts].map(([split, count]) => `${split} ${count}`).join(', ');
  return new StageError('BAD_VALUE', `no row is marked ${splits.join(' or ')}`, {
    where: { field: option },
    hint: found === '' ? 'the vectors have no rows' : `the rows of each split: ${found}`,
  });
}

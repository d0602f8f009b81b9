import { StageError } from '../error.ts';
import type { Split } from '../formats/review.ts';
import type { Model } from '../formats/model.ts';
import { allocateIndices, type Indices, type VectorBatch } from '../formats/vector-batch.ts';

/** Sparse rows to train on or to judge, in compressed sparse row form. A `VectorBatch` is one, too. */
export type Rows = Pick<VectorBatch, 'dimension' | 'encoding' | 'labels' | 'offsets' | 'indices'>;

/** The number of rows. */
export const countRows = (rows: Rows): number => rows.labels.length;

/** Parts of `size` numbers; the last may be shorter. */
export function* slices(numbers: Uint32Array, size: number): Generator<Uint32Array> {
  for (let begin = 0; begin < numbers.length; begin += size) yield numbers.subarray(begin, begin + size);
}

/**
 * Reads a stream of vectors once, and keeps the rows of each group of splits: `collectRows(batches, ['train'], ['test'])`
 * gives two `Rows`. A row that belongs to several groups is kept in each. An index takes 2 bytes where the
 * dimension allows it. Throws `BAD_VALUE` where the dimension changes within the stream, `TRUNCATED` where there is no batch.
 */
export async function collectRows<const G extends readonly (readonly Split[])[]>(
  batches: AsyncIterable<VectorBatch>,
  ...groups: G
): Promise<{ [K in keyof G]: Rows }> {
  const collectors = groups.map((splits) => new Collector(splits));
  let first: VectorBatch | undefined;
  for await (const batch of batches) {
    first ??= batch;
    checkSame(first, batch);
    for (const collector of collectors) collector.add(batch);
  }
  if (first === undefined) throw new StageError('TRUNCATED', 'the stream of vectors holds no batch');
  const { dimension, encoding } = first;
  return collectors.map((collector) => collector.rows(dimension, encoding)) as { [K in keyof G]: Rows };
}

function checkSame(first: VectorBatch, batch: VectorBatch): void {
  if (batch.dimension === first.dimension && batch.encoding === first.encoding) return;
  throw new StageError(
    'BAD_VALUE',
    `a batch of dimension ${batch.dimension} after one of dimension ${first.dimension}`,
    {
      ...(batch.ids[0] === undefined ? {} : { where: { record: batch.ids[0] } }),
      hint: 'vectorize all rows alike',
    },
  );
}

/** Rows of some splits, kept batch by batch, so that growing never copies what is there. */
class Collector {
  readonly #wanted: ReadonlySet<Split>;
  readonly #pieces: Indices[] = [];
  readonly #labels: number[] = [];
  readonly #lengths: number[] = [];

  constructor(splits: readonly Split[]) {
    this.#wanted = new Set(splits);
  }

  add({ dimension, splits, labels, offsets, indices }: VectorBatch): void {
    const chosen = splits.map((split) => this.#wanted.has(split));
    let total = 0;
    for (const [row, wanted] of chosen.entries()) if (wanted) total += offsets[row + 1]! - offsets[row]!;
    const piece = allocateIndices(dimension, total);
    let at = 0;
    for (const [row, wanted] of chosen.entries()) {
      if (!wanted) continue;
      const begin = offsets[row]!;
      const end = offsets[row + 1]!;
      piece.set(indices.subarray(begin, end), at);
      at += end - begin;
      this.#labels.push(labels[row]!);
      this.#lengths.push(end - begin);
    }
    if (total > 0) this.#pieces.push(piece);
  }

  rows(dimension: number, encoding: VectorBatch['encoding']): Rows {
    const offsets = new Int32Array(this.#lengths.length + 1);
    for (const [row, length] of this.#lengths.entries()) offsets[row + 1] = offsets[row]! + length;
    const indices = allocateIndices(dimension, offsets.at(-1)!);
    let at = 0;
    for (const piece of this.#pieces) {
      indices.set(piece, at);
      at += piece.length;
    }
    return { dimension, encoding, labels: Float32Array.from(this.#labels), offsets, indices };
  }
}

/** Throws `BAD_VALUE` where rows don't fit a model. */
export function checkDimension(model: Pick<Model, 'dimension'>, rows: Pick<Rows, 'dimension'>): void {
  if (rows.dimension === model.dimension) return;
  throw new StageError(
    'BAD_VALUE',
    `the vectors have dimension ${rows.dimension}, the model was trained on dimension ${model.dimension}`,
    { hint: `vectorize with --dimension ${model.dimension}, or train a model on these vectors` },
  );
}

import * as v from 'valibot';
import type { Review, Split } from '../formats/review.ts';
import { reviews } from '../formats/reviews.ts';
import { MultiHotRows } from '../formats/multi-hot.ts';
import type { VectorBatch } from '../formats/vector-batch.ts';
import { vectors } from '../formats/vectors.ts';
import { integer } from '../options.ts';
import { defineStage } from '../stage.ts';

const BATCH_ROWS = 1024;

/**
 * Reviews as multi-hot vectors: the distinct word numbers of each, ascending. The batches have 1,024 rows, the last one
 * what is left; no reviews give one empty batch. Throws `OUT_OF_RANGE`, naming the review, for an id of `dimension` or more.
 */
export const vectorize = defineStage({
  summary: 'Turns reviews into sparse multi-hot vectors',
  example: 'sluice vectorize --dimension 10000 < reviews.ndjson > vectors.arrows',
  reads: reviews,
  writes: vectors,
  options: {
    dimension: v.optional(
      v.pipe(
        integer(1, 'columns of a vector; each word number must be below it'),
        v.maxValue(2 ** 32, 'expected at most 4294967296, for word numbers have 32 bits'),
      ),
      10_000,
    ),
  },
  run: async function* (input, { dimension }) {
    const batch = new Batch(dimension);
    let line = 0;
    for await (const review of input) {
      batch.add(review, ++line);
      if (batch.length === BATCH_ROWS) yield batch.take();
    }
    if (batch.length > 0 || line === 0) yield batch.take();
  },
});

/** The batch that is being filled. */
class Batch {
  readonly #rows: MultiHotRows;
  #ids: string[] = [];
  #splits: Split[] = [];
  #labels: number[] = [];

  constructor(dimension: number) {
    this.#rows = new MultiHotRows(dimension);
  }

  get length(): number {
    return this.#ids.length;
  }

  add({ id, split, label, tokens }: Review, line: number): void {
    this.#rows.add(tokens, { record: id, line });
    this.#ids.push(id);
    this.#splits.push(split);
    this.#labels.push(label);
  }

  take(): VectorBatch {
    const batch = {
      dimension: this.#rows.dimension,
      encoding: 'multi-hot' as const,
      ids: this.#ids,
      splits: this.#splits,
      labels: Float32Array.from(this.#labels),
      ...this.#rows.take(),
    };
    this.#ids = [];
    this.#splits = [];
    this.#labels = [];
    return batch;
  }
}

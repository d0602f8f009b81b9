import * as v from 'valibot';
import { StageError } from '../error.ts';
import { createEncoder, type Encoder } from '../formats/encoder.ts';
import type { Review, Split } from '../formats/review.ts';
import { reviews } from '../formats/reviews.ts';
import { DocumentFrequencies, weigh } from '../formats/tf-idf.ts';
import type { VectorBatch } from '../formats/vector-batch.ts';
import { vectors } from '../formats/vectors.ts';
import { choice, integer } from '../options.ts';
import { defineStage } from '../stage.ts';

const BATCH_ROWS = 1024;
/** As text in the stream's metadata, the inverse document frequencies of so many take 179 MB, of 256 MB that it may have. */
const MOST_COLUMNS_OF_TF_IDF = 2 ** 25;

/**
 * Reviews as vectors of their words: which there are, how often each, or that times its inverse document frequency; or as the last
 * word numbers of each, in their order. The frequencies are
 * those of the rows of `train` alone, so that nothing of the test gets into the training; and since they are known at the end only,
 * `tf-idf` holds all rows, about 6 bytes a word. The batches have 1,024 rows, the last one what is left; no reviews give one empty
 * batch. Throws `OUT_OF_RANGE`, naming the review, for an id of `dimension` or more, `BAD_VALUE` for tf-idf without a row of `train`.
 */
export const vectorize = defineStage({
  summary: 'Turns reviews into vectors: multi-hot, counts, tf-idf or tokens',
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
    encoding: v.optional(
      choice(
        ['multi-hot', 'count', 'tf-idf', 'tokens'],
        'what a column holds: whether its word occurs, how often, or that times its inverse document frequency in train; tokens: the word numbers themselves, in their order',
      ),
      'multi-hot',
    ),
    length: v.optional(
      v.pipe(
        integer(1, 'of tokens: the last so many of a review, with zeros in front of fewer; if unset 256'),
        v.maxValue(2 ** 20, 'expected at most 1048576'),
      ),
    ),
  },
  run: async function* (input, { dimension, encoding, length }) {
    if (encoding === 'tokens') {
      yield* encode(input, { dimension, encoding, length: length ?? 256 });
      return;
    }
    if (length !== undefined)
      throw new StageError('USAGE', `length is ${length}, but the encoding ${encoding} has no length`, {
        where: { field: 'length' },
        hint: 'leave it out, or give --encoding tokens',
      });
    if (encoding !== 'tf-idf') yield* encode(input, { dimension, encoding });
    else yield* toTfIdf(encode(input, { dimension, encoding: 'count' }), dimension);
  },
});

type About = Pick<VectorBatch, 'dimension' | 'encoding' | 'length'>;

async function* encode(reviews: AsyncIterable<Review>, about: About): AsyncGenerator<VectorBatch> {
  const batch = new Batch(about);
  let line = 0;
  for await (const review of reviews) {
    batch.add(review, ++line);
    if (batch.length === BATCH_ROWS) yield batch.take();
  }
  if (batch.length > 0 || line === 0) yield batch.take();
}

async function* toTfIdf(counts: AsyncIterable<VectorBatch>, dimension: number): AsyncGenerator<VectorBatch> {
  if (dimension > MOST_COLUMNS_OF_TF_IDF)
    throw new StageError('USAGE', `tf-idf of dimension ${dimension}`, {
      where: { field: 'dimension' },
      hint: `it takes at most ${MOST_COLUMNS_OF_TF_IDF}`,
    });
  const frequencies = new DocumentFrequencies(dimension);
  const batches: VectorBatch[] = [];
  for await (const batch of counts) {
    frequencies.add(batch);
    batches.push(batch);
  }
  if (frequencies.documents === 0)
    throw new StageError(
      'BAD_VALUE',
      'no review is marked train, and tf-idf needs their document frequencies',
      {
        where: { field: 'encoding' },
        hint: 'vectorize them together with those to train on',
      },
    );
  const idf = frequencies.inverse();
  for (const batch of batches)
    yield { ...batch, encoding: 'tf-idf', idf, values: weigh(batch.values!, batch.indices, idf) };
}

/** The batch that is being filled. */
class Batch {
  readonly #rows: Encoder;
  #ids: string[] = [];
  #splits: Split[] = [];
  #labels: number[] = [];

  constructor(about: About) {
    this.#rows = createEncoder(about);
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

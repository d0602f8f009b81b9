import * as v from 'valibot';
import { StageError } from '../error.ts';
import { reviews, type Review, type Split } from '../formats/reviews.ts';
import { allocateIndices, vectors, type VectorBatch } from '../formats/vectors.ts';
import { integer } from '../options.ts';
import { defineStage } from '../stage.ts';

const BATCH_ROWS = 1024;

/**
 * Reviews as multi-hot vectors: the distinct word numbers of each, ascending. The batches have 1,024 rows, the last one
 * what is left; no reviews give one empty batch. Throws `OUT_OF_RANGE`, naming the review, for an id of `dimension` or more.
 */
export const vectorize = defineStage({
  summary: 'turn reviews into sparse multi-hot vectors',
  example: 'sluice vectorize --dimension 10000 < reviews.ndjson > vectors.arrows',
  reads: reviews,
  writes: vectors,
  options: {
    dimension: v.optional(integer(1, 'columns of a vector; each word number must be below it'), 10_000),
  },
  run: async function* (input, { dimension }) {
    const rows = new Rows(dimension);
    let line = 0;
    for await (const review of input) {
      rows.add(review, ++line);
      if (rows.length === BATCH_ROWS) yield rows.take();
    }
    if (rows.length > 0 || line === 0) yield rows.take();
  },
});

/** The rows of the batch that is being filled. */
class Rows {
  readonly #dimension: number;
  readonly #distinct: DistinctNumbers;
  #ids: string[] = [];
  #splits: Split[] = [];
  readonly #labels = new Float32Array(BATCH_ROWS);
  readonly #offsets = new Int32Array(BATCH_ROWS + 1);
  #indices;

  constructor(dimension: number) {
    this.#dimension = dimension;
    this.#distinct = new DistinctNumbers(dimension);
    this.#indices = allocateIndices(dimension, 256 * BATCH_ROWS);
  }

  get length(): number {
    return this.#ids.length;
  }

  add({ id, split, label, tokens }: Review, line: number): void {
    const row = this.length;
    const begin = this.#offsets[row]!;
    this.#reserve(begin + tokens.length);
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      if (token >= this.#dimension) throw outOfRange(token, this.#dimension, { record: id, line });
      this.#distinct.add(token);
    }
    this.#offsets[row + 1] = this.#distinct.moveTo(this.#indices, begin);
    this.#labels[row] = label;
    this.#ids.push(id);
    this.#splits.push(split);
  }

  take(): VectorBatch {
    const rows = this.length;
    const batch = {
      dimension: this.#dimension,
      encoding: 'multi-hot' as const,
      ids: this.#ids,
      splits: this.#splits,
      labels: this.#labels.slice(0, rows),
      offsets: this.#offsets.slice(0, rows + 1),
      indices: this.#indices.slice(0, this.#offsets[rows]),
    };
    this.#ids = [];
    this.#splits = [];
    return batch;
  }

  #reserve(length: number): void {
    if (length <= this.#indices.length) return;
    const grown = allocateIndices(this.#dimension, 2 * length);
    grown.set(this.#indices);
    this.#indices = grown;
  }
}

/**
 * A set of whole numbers that gives them back in order: a bit each, and above them a bit for each 32 bits that holds one,
 * so that emptying it costs little for a large dimension too. Twice as fast on reviews as sorting what a stamp lets through.
 */
class DistinctNumbers {
  readonly #bits: Uint32Array;
  readonly #occupied: Uint32Array;

  constructor(dimension: number) {
    // A token has 32 bits at most, whatever the dimension. Pages of these that nobody touches take no memory.
    const words = Math.ceil(Math.min(dimension, 2 ** 32) / 32);
    this.#bits = new Uint32Array(words);
    this.#occupied = new Uint32Array(Math.ceil(words / 32));
  }

  add(number: number): void {
    const word = number >>> 5;
    this.#bits[word]! |= 1 << (number & 31);
    this.#occupied[word >>> 5]! |= 1 << (word & 31);
  }

  /** Writes the numbers to `target` from `at` on, ascending, and forgets them. Returns where they end. */
  moveTo(target: { [index: number]: number }, at: number): number {
    let end = at;
    for (let group = 0; group < this.#occupied.length; group++) {
      for (let words = this.#occupied[group]!; words !== 0; words &= words - 1) {
        const word = 32 * group + lowestBit(words);
        for (let bits = this.#bits[word]!; bits !== 0; bits &= bits - 1)
          target[end++] = 32 * word + lowestBit(bits);
        this.#bits[word] = 0;
      }
      this.#occupied[group] = 0;
    }
    return end;
  }
}

const lowestBit = (bits: number): number => 31 - Math.clz32(bits & -bits);

function outOfRange(token: number, dimension: number, where: StageError['where']): StageError {
  return new StageError('OUT_OF_RANGE', `word number ${token} is not below the dimension, ${dimension}`, {
    where: { ...where, field: 'tokens' },
    hint: `keep only frequent words with \`decode --words ${dimension}\`, or vectorize with --dimension ${token + 1} or more`,
  });
}

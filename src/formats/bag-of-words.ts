import { StageError, type Where } from '../error.ts';
import { weigh } from './tf-idf.ts';
import { allocateIndices, type Indices, type VectorBatch } from './vector-batch.ts';

/**
 * The rows of reviews in compressed sparse row form, as they are added: the distinct word numbers of each, ascending, and, if
 * they are counted, how often each occurs.
 */
export class BagOfWords {
  readonly #about: Pick<VectorBatch, 'dimension' | 'encoding'>;
  readonly #idf: Float32Array | undefined;
  readonly #distinct: DistinctNumbers;
  #ends: number[] = [];
  #indices: Indices;
  #counts: Float32Array | undefined;

  /** `idf` is what counts are multiplied by; float32[dimension]. */
  constructor({ dimension, encoding, idf }: Pick<VectorBatch, 'dimension' | 'encoding' | 'idf'>) {
    this.#about = { dimension, encoding };
    this.#idf = idf;
    this.#distinct = new DistinctNumbers(dimension);
    this.#indices = allocateIndices(dimension, 1024);
    this.#counts = encoding === 'multi-hot' ? undefined : new Float32Array(1024);
  }

  /** Adds a row. Throws `OUT_OF_RANGE`, naming the review, for a number that is not below the dimension. */
  add(tokens: ArrayLike<number>, where: Where): void {
    const begin = this.#ends.at(-1) ?? 0;
    this.#reserve(begin + tokens.length);
    const { dimension } = this.#about;
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      if (token >= dimension) throw outOfRange(token, dimension, where);
      this.#distinct.add(token);
    }
    this.#ends.push(this.#distinct.moveTo(this.#indices, begin));
    if (this.#counts !== undefined) count(tokens, this.#counts, begin);
  }

  /** The rows that were added since the last time: `offsets` int32[rows + 1], their indices, and the values of those that are counted. */
  take(): Omit<VectorBatch, 'ids' | 'splits' | 'labels' | 'idf'> {
    const offsets = Int32Array.from([0, ...this.#ends]);
    this.#ends = [];
    const end = offsets.at(-1);
    const indices = this.#indices.slice(0, end);
    const counts = this.#counts?.slice(0, end);
    const rows = { ...this.#about, offsets, indices };
    if (counts === undefined) return rows;
    return { ...rows, values: this.#idf ? weigh(counts, indices, this.#idf) : counts };
  }

  #reserve(length: number): void {
    if (length <= this.#indices.length) return;
    const grown = allocateIndices(this.#about.dimension, 2 * length);
    grown.set(this.#indices);
    this.#indices = grown;
    if (this.#counts === undefined) return;
    const counts = new Float32Array(2 * length);
    counts.set(this.#counts);
    this.#counts = counts;
  }
}

/** Writes how often each of the distinct numbers occurs, in ascending order of them, to `counts` from `at` on. */
function count(numbers: ArrayLike<number>, counts: Float32Array, at: number): void {
  const sorted = Uint32Array.from(numbers).sort();
  for (let begin = 0, end = 0; begin < sorted.length; begin = end) {
    while (sorted[end] === sorted[begin]) end++;
    counts[at++] = end - begin;
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

/** What to throw for a word number that the vectors have no place for. */
export function outOfRange(token: number, dimension: number, where: Where): StageError {
  return new StageError('OUT_OF_RANGE', `word number ${token} is not below the dimension, ${dimension}`, {
    where: { ...where, field: 'tokens' },
    hint: `keep only frequent words with \`decode --words ${dimension}\`, or vectorize with --dimension ${token + 1} or more`,
  });
}

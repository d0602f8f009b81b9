import { StageError } from '../error.ts';
import { RandomState } from './numpy-random.ts';
import type { LabelledRows } from './npz.ts';
import type { Review } from './review.ts';

/** The parameters of `keras.datasets.imdb.load_data`: `num_words`, `skip_top`, `maxlen`, `seed`, `start_char`, `oov_char`, `index_from`. */
export interface LoadDataOptions {
  readonly words?: number | undefined;
  readonly skipTop: number;
  readonly maxLength?: number | undefined;
  readonly seed: number;
  readonly startToken: number | null;
  readonly oovToken: number | null;
  readonly indexFrom: number;
}

const LARGEST = 0xffffffff;

/**
 * What Keras 3's `load_data` makes of the arrays in `imdb.npz`: train in the order that the seed shuffles it into, then test, in the
 * order that the same generator goes on to draw. The start token comes in front and `indexFrom` is added; then reviews
 * of `maxLength` tokens and more are dropped; then tokens outside `skipTop ≤ token < words` become `oovToken` or go.
 * Without `words` the largest token of all takes its place, and so becomes `oovToken` itself.
 * Throws `OUT_OF_RANGE` where a token gets too large, or where `maxLength` leaves nothing of a split.
 */
export function* loadData(
  { train, test }: { readonly train: LabelledRows; readonly test: LabelledRows },
  options: LoadDataOptions,
): Generator<Review> {
  const random = new RandomState(options.seed);
  const splits = (
    [
      ['train', train],
      ['test', test],
    ] as const
  ).map(([split, { rows, labels }]) => {
    const order = random.permutation(rows.rows).filter((row) => isShortEnough(rows.lengthOf(row), options));
    if (order.length === 0 && options.maxLength !== undefined) {
      throw new StageError('OUT_OF_RANGE', `maxLength ${options.maxLength} leaves no ${split} review`, {
        hint: 'a review is kept if it has fewer tokens, the start token counted',
      });
    }
    return { split, rows, labels, order };
  });
  const end = options.words ?? Math.max(...splits.map((split) => largestToken(split, options)));
  for (const { split, rows, labels, order } of splits) {
    for (let index = 0; index < order.length; index++) {
      const row = order[index]!;
      const tokens = toTokens(rows.row(row), { ...options, end });
      yield { id: `${split}/${index}`, split, label: labels[row]!, tokens };
    }
  }
}

function isShortEnough(length: number, { startToken, maxLength = Infinity }: LoadDataOptions): boolean {
  return length + (startToken === null ? 0 : 1) < maxLength;
}

/** The largest token of a split before any is replaced. Throws `OUT_OF_RANGE` for one that 32 bits can't hold. */
function largestToken({ split, rows, order }: SplitRows, { indexFrom, startToken }: LoadDataOptions): number {
  let largest = startToken ?? 0;
  for (const row of order) {
    for (const word of rows.row(row)) if (word + indexFrom > largest) largest = word + indexFrom;
  }
  if (largest <= LARGEST) return largest;
  throw new StageError('OUT_OF_RANGE', `${split} has the token ${largest}, which is over ${LARGEST}`, {
    where: { member: `x_${split}.npy` },
    hint: 'with the option `words`, tokens from that number on are replaced',
  });
}

interface SplitRows extends LabelledRows {
  readonly split: string;
  /** Its rows in their new order. */
  readonly order: Uint32Array;
}

function toTokens(words: Uint32Array, options: LoadDataOptions & { readonly end: number }): Uint32Array {
  const { skipTop, indexFrom, startToken, oovToken, end } = options;
  const tokens = new Uint32Array(words.length + 1);
  let length = 0;
  const add = (token: number): void => {
    if (token >= skipTop && token < end) tokens[length++] = token;
    else if (oovToken !== null) tokens[length++] = oovToken;
  };
  if (startToken !== null) add(startToken);
  for (let i = 0; i < words.length; i++) add(words[i]! + indexFrom);
  return tokens.subarray(0, length);
}

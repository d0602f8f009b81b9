import { writeLabels, writeRows } from './npy-writer.ts';
import { generateReviews, type GeneratedReview } from './reviews.ts';
import { rankWords } from './word-ranks.ts';

/** What is in the embedded sample: the members of its `imdb.npz`, and its word index as JSON. */
export interface Sample {
  readonly members: Readonly<Record<string, Buffer>>;
  readonly wordIndex: string;
}

/** Makes the sample, always the same for a seed: 4,000 train and 1,000 test reviews in the formats of the real files. */
export function makeSample(seed = 1): Sample {
  const train = generateReviews(4_000, seed, 'train');
  const test = generateReviews(1_000, seed, 'test');
  const ranks = rankWords([...train, ...test]);
  const toNumbers = ({ words }: GeneratedReview): number[] => words.map((word) => ranks.get(word)!);
  return {
    members: {
      'x_train.npy': writeRows(train.map(toNumbers)),
      'y_train.npy': writeLabels(train.map(({ label }) => label)),
      'x_test.npy': writeRows(test.map(toNumbers)),
      'y_test.npy': writeLabels(test.map(({ label }) => label)),
    },
    wordIndex: writeWordIndex(ranks),
  };
}

/** On one line, with a blank after each comma and colon, as Python writes JSON. */
const writeWordIndex = (ranks: ReadonlyMap<string, number>): string =>
  `{${[...ranks].map(([word, rank]) => `${JSON.stringify(word)}: ${rank}`).join(', ')}}`;

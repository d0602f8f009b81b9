import { StageError } from '../error.ts';
import type { VectorBatch } from '../formats/vector-batch.ts';

/** Rows to train on or to judge, sparse or dense. A `VectorBatch` is one, too. */
export type Rows = Omit<VectorBatch, 'ids' | 'splits'>;

/** The number of rows. */
export const countRows = (rows: Rows): number => rows.labels.length;

/** The numbers of so many rows, from 0, as NumPy's `arange` gives them. */
export function arange(count: number): Uint32Array {
  const numbers = new Uint32Array(count);
  for (let i = 0; i < count; i++) numbers[i] = i;
  return numbers;
}

/** The labels of the rows with these numbers: float32[numbers]. */
export function labelsOf({ labels }: Pick<Rows, 'labels'>, numbers: Uint32Array): Float32Array {
  const chosen = new Float32Array(numbers.length);
  // A loop: a function that is called for each number takes several times as long.
  for (let i = 0; i < numbers.length; i++) chosen[i] = labels[numbers[i]!]!;
  return chosen;
}

/** Parts of `size` numbers; the last may be shorter. */
export function* slices(numbers: Uint32Array, size: number): Generator<Uint32Array> {
  for (let begin = 0; begin < numbers.length; begin += size) yield numbers.subarray(begin, begin + size);
}

/** What all rows of a stream have in common. */
export type About = Pick<Rows, 'dimension' | 'encoding' | 'length' | 'idf'>;

export const aboutOf = ({ dimension, encoding, length, idf }: About): About => ({
  dimension,
  encoding,
  ...(length !== undefined && { length }),
  ...(idf && { idf }),
});

type Kind = Pick<Rows, 'dimension' | 'encoding' | 'length' | 'idf'>;

/** What rows must have in common to go together, in words. */
export const shown = ({ dimension, encoding, length }: Kind): string =>
  `dimension ${dimension} (${encoding}${length === undefined ? '' : ` of length ${length}`})`;

/** Throws `BAD_VALUE` where rows are of another dimension or encoding than a model takes, or were weighted by other numbers. */
export function checkFits(model: Kind, rows: Kind): void {
  if (model.idf && rows.idf && rows.idf !== model.idf && !model.idf.every((x, i) => x === rows.idf![i]))
    throw new StageError(
      'BAD_VALUE',
      'the vectors have another idf than those that the model was trained on',
      {
        hint: 'vectorize them together with the rows of train; or give predict the reviews: the model knows its idf',
      },
    );
  if (shown(rows) === shown(model)) return;
  throw new StageError(
    'BAD_VALUE',
    `the vectors have ${shown(rows)}; the model was trained on ${shown(model)}`,
    {
      hint: 'vectorize them as those were that the model was trained on, or train a model on these vectors',
    },
  );
}

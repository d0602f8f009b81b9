import { BagOfWords } from './bag-of-words.ts';
import { TokenRows } from './token-rows.ts';
import type { VectorBatch } from './vector-batch.ts';

/** Makes rows of reviews, which are added one by one. */
export type Encoder = Pick<BagOfWords, 'add' | 'take'>;

/** What encodes reviews as such vectors are. */
export const createEncoder = (
  about: Pick<VectorBatch, 'dimension' | 'encoding' | 'length' | 'idf'>,
): Encoder =>
  about.length === undefined ? new BagOfWords(about) : new TokenRows(about.dimension, about.length);

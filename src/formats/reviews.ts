import { StageError } from '../error.ts';
import type { Codec } from '../stage.ts';
import { excerpt, parseLine, readRawLines, type Line } from './ndjson.ts';
import { parseReview } from './review-line.ts';
import { isLabel, LABELS, SPLITS, type Review, type Split } from './review.ts';
import { writeReviews } from './review-writer.ts';

/** Reviews as NDJSON: `{"id":"train/0","split":"train","label":1,"tokens":[1,14,22]}`, a line each. */
export const reviews: Codec<Review> = {
  name: 'reviews',
  extension: 'ndjson',
  text: true,
  rows: () => 1,
  read: readReviews,
  write: writeReviews,
};

async function* readReviews(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Review> {
  let number = 0;
  for await (const line of readRawLines(bytes)) {
    number++;
    const review = parseReview(line);
    if (review !== undefined) {
      yield toReview({ value: review, number });
      continue;
    }
    const text = line.toString('utf8');
    if (text.trim() !== '') yield toReview({ value: parseLine(text, number), number });
  }
}

/** Checks a line's value; throws `MISSING_FIELD` or `BAD_VALUE` with the line and the field. */
export function toReview({ value, number }: Line): Review {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new StageError('BAD_VALUE', `expected a review, got ${show(value)}`, { where: { line: number } });
  }
  const { id, split, label, tokens, text } = value as Record<string, unknown>;
  const check = (field: string, given: unknown, valid: boolean, expected: string): void => {
    if (valid) return;
    const where = { line: number, ...(typeof id === 'string' ? { record: id } : {}), field };
    if (given === undefined) {
      throw new StageError('MISSING_FIELD', `a review without "${field}"`, {
        where,
        hint: `"${field}": ${expected}`,
      });
    }
    throw new StageError('BAD_VALUE', `"${field}" is ${show(given)}`, {
      where,
      hint: `expected ${expected}`,
    });
  };
  check('id', id, typeof id === 'string', 'text that names the review');
  check('split', split, SPLITS.includes(split as Split), `one of ${SPLITS.join(', ')}`);
  check('label', label, isLabel(label), LABELS);
  if (!(tokens instanceof Uint32Array)) {
    check('tokens', tokens, Array.isArray(tokens), 'a list of word numbers');
    const wrong = (tokens as unknown[]).findIndex((token) => !isTokenId(token));
    check(
      `tokens[${wrong}]`,
      (tokens as unknown[])[wrong],
      wrong === -1,
      'a whole number from 0 to 4294967295',
    );
  }
  check('text', text ?? '', text === undefined || typeof text === 'string', 'text');
  return value as Review;
}

const isTokenId = (token: unknown): boolean => typeof token === 'number' && token >>> 0 === token;

const show = (value: unknown): string => excerpt(JSON.stringify(value));

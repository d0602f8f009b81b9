import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SPLITS, type Review } from '../../src/formats/review.ts';
import { reviews } from '../../src/formats/reviews.ts';
import { chunked, collect, streamOf, textOf } from '../streams.ts';

const WORD = fc.oneof(fc.nat(99), fc.nat(99_999), fc.integer({ min: 0, max: 0xffffffff }));
const review = fc.record<Review>(
  {
    id: fc.string({ unit: 'binary' }),
    split: fc.constantFrom(...SPLITS),
    label: fc.nat(65_535),
    tokens: fc.array(WORD),
    text: fc.string({ unit: 'binary' }),
  },
  { requiredKeys: ['id', 'split', 'label', 'tokens'] },
);

async function read(lines: string, size?: number): Promise<Review[]> {
  const all = await collect(reviews.read(chunked(Buffer.from(lines), size)));
  return all.map((one) => ({ ...one, tokens: Array.from(one.tokens) }));
}

const line = (tokens: string, rest = ''): string =>
  `{"id":"a","split":"test","label":1,"tokens":${tokens}${rest}}`;

describe('reviews', () => {
  test('are written as JSON.stringify writes them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(review), async (made) => {
        const expected = made.map(
          ({ id, split, label, tokens, text }) => `${JSON.stringify({ id, split, label, tokens, text })}\n`,
        );
        expect(await textOf(reviews.write(streamOf(...made)))).toBe(expected.join(''));
      }),
    );
  });

  test('come back as they were written, in chunks of any size', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(review), fc.integer({ min: 1, max: 100 }), async (made, size) => {
        expect(await read(await textOf(reviews.write(streamOf(...made))), size)).toEqual(made);
      }),
    );
  });

  test('of 100,000 tokens are written and read', async () => {
    const long: Review = {
      id: 'long',
      split: 'train',
      label: 0,
      tokens: Array.from({ length: 100_000 }, (_, i) => i * 40_000),
    };
    expect(await read(await textOf(reviews.write(streamOf(long, long))))).toEqual([long, long]);
  });

  test.each([
    ['spaces', line('[ 1, 2 ]'), [1, 2]],
    ['no tokens', line('[]'), []],
    ['tokens first', '{"tokens":[1,2],"id":"a","split":"test","label":1}', [1, 2]],
    ['tokens within text', '{"text":"\\"tokens\\":[5]","id":"a","split":"test","label":1,"tokens":[1]}', [1]],
    [
      'tokens within another field',
      '{"more":{"tokens":[5]},"id":"a","split":"test","label":1,"tokens":[1]}',
      [1],
    ],
    ['tokens twice, of which the last counts', line('[1]', ',"tokens":[2]'), [2]],
    ['a number with an exponent', line('[1e2,3.0]'), [100, 3]],
    ['a carriage return', `${line('[1,2]')}\r`, [1, 2]],
  ])('are read with %s', async (_, text, tokens) => {
    const [found] = await read(`\n${text}`);
    expect(found).toMatchObject({ id: 'a', split: 'test', label: 1, tokens });
  });

  test.each([
    ['{"id":"a"', 'NOT_JSON', undefined],
    [line('[1,]'), 'NOT_JSON', undefined],
    [line('[01]'), 'NOT_JSON', undefined],
    [line('[1]', ','), 'NOT_JSON', undefined],
    [`${line('[1]')}}`, 'NOT_JSON', undefined],
    [line('[1,-1]'), 'BAD_VALUE', 'tokens[1]'],
    [line('[4294967296]'), 'BAD_VALUE', 'tokens[0]'],
    [line('[1,"2"]'), 'BAD_VALUE', 'tokens[1]'],
    [line('[1.5]'), 'BAD_VALUE', 'tokens[0]'],
    [line('"1"'), 'BAD_VALUE', 'tokens'],
    [line('[1]', ',"text":5'), 'BAD_VALUE', 'text'],
    ['{"id":"a","split":"test","label":65536,"tokens":[1]}', 'BAD_VALUE', 'label'],
    ['{"id":"a","split":"test","label":0.5,"tokens":[1]}', 'BAD_VALUE', 'label'],
    ['{"id":"a","split":"dev","label":1,"tokens":[1]}', 'BAD_VALUE', 'split'],
    ['{"id":"a","split":"test","tokens":[1]}', 'MISSING_FIELD', 'label'],
    ['{"id":"a","split":"test","label":1}', 'MISSING_FIELD', 'tokens'],
    ['[1]', 'BAD_VALUE', undefined],
  ])('refuses %s, naming line and field', async (text, code, field) => {
    const where = field === undefined ? { line: 3 } : { line: 3, field };
    await expect(read(`${line('[1]')}\n\n${text}\n`)).rejects.toMatchObject({ code, where });
  });
});

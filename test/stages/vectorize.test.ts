import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SPLITS, type Review } from '../../src/formats/review.ts';
import type { VectorBatch } from '../../src/formats/vector-batch.ts';
import { vectors } from '../../src/formats/vectors.ts';
import { vectorize } from '../../src/stages/vectorize.ts';
import { chunked, collect, streamOf } from '../streams.ts';
import { quiet, through } from './through.ts';

/** The expected vectors were compared with numpy.unique through pyarrow when they were made. */
const golden = new URL('../files/vectorize/', import.meta.url);
const file = (testCase: string, name: string): Buffer => readFileSync(new URL(`${testCase}/${name}`, golden));

/** By Keras; see make.py there. */
const keras = new URL('../files/vectorize-keras/', import.meta.url);

interface Expected extends Record<'multi-hot' | 'count' | 'tf-idf', number[][]> {
  readonly idf: [column: number, factor: number][];
}

/** The rows of a batch as lists of all their numbers. */
const toDense = ({ ids, dimension, offsets, indices, values }: VectorBatch): number[][] =>
  ids.map((_, row) => {
    const numbers = Array.from({ length: dimension }, () => 0);
    for (let i = offsets[row]!; i < offsets[row + 1]!; i++) numbers[indices[i]!] = values?.[i] ?? 1;
    return numbers;
  });

const review = (id: string, tokens: readonly number[]): Review => ({ id, split: 'train', label: 1, tokens });

describe('vectorize', () => {
  test.each(readdirSync(golden))('gives the bytes of the golden file: %s', async (testCase) => {
    const options = JSON.parse(file(testCase, 'options.json').toString()) as object;
    for (const size of [1, 65_536]) {
      const output = await collect(
        through(vectorize, options, chunked(file(testCase, 'input.ndjson'), size)),
      );
      expect(Buffer.concat(output).equals(file(testCase, 'expected.arrows'))).toBe(true);
    }
  });

  test.each(['multi-hot', 'count', 'tf-idf'] as const)('gives what Keras gives: %s', async (encoding) => {
    const input = readFileSync(new URL('input.ndjson', keras));
    const expected = JSON.parse(readFileSync(new URL('expected.json', keras), 'utf8')) as Expected;
    const batches = await collect(
      vectors.read(through(vectorize, { dimension: 12, encoding }, chunked(input))),
    );
    expect(batches.flatMap(toDense)).toEqual(expected[encoding]);
    const { idf } = batches[0]!;
    if (encoding === 'tf-idf')
      expect(expected.idf.map(([column]) => [column, idf![column]])).toEqual(expected.idf);
    else expect(idf).toBe(undefined);
  });

  test('tf-idf takes no word and no row but those of train into account', async () => {
    const of = async (...reviews: Review[]) => {
      const [batch] = await collect(
        vectorize.run(streamOf(...reviews), { dimension: 4, encoding: 'tf-idf' }, quiet),
      );
      return batch!;
    };
    const train = [review('a', [0, 0, 1]), review('b', [0])];
    const alone = await of(...train);
    const other = { ...review('c', [1, 2, 2]), split: 'test' } as const;
    const among = await of(train[0]!, other, { ...other, split: 'validation' }, train[1]!);
    expect(among.idf).toEqual(alone.idf);
    expect(alone.idf).toEqual(
      Float32Array.from([2, 1, 0, 0], (frequency) => Math.log(1 + 2 / (1 + frequency))),
    );
    expect(among.values!.subarray(2, 4)).toEqual(Float32Array.of(alone.idf![1]!, 2 * alone.idf![2]!));
  });

  test.each([
    [{ dimension: 4 }, 'BAD_VALUE', 'encoding'],
    [{ dimension: 2 ** 26 }, 'USAGE', 'dimension'],
  ])('tf-idf is refused where there is no row of train, or no room: %o', async (options, code, field) => {
    const test = { ...review('a', [1]), split: 'test' } as const;
    const run = collect(vectorize.run(streamOf(test), { ...options, encoding: 'tf-idf' }, quiet));
    await expect(run).rejects.toMatchObject({ code, where: { field }, hint: expect.any(String) as string });
  });

  test('tokens are the last word numbers of a review, as many as the length', async () => {
    const reviews = [review('a', [5, 1, 3]), review('b', [2])];
    const batches = await collect(
      vectorize.run(streamOf(...reviews), { dimension: 6, encoding: 'tokens', length: 2 }, quiet),
    );
    expect(batches).toMatchObject([
      { encoding: 'tokens', length: 2, indices: Uint16Array.of(1, 3, 0, 2), offsets: Int32Array.of(0, 2, 4) },
    ]);
    const counted = vectorize.run(
      streamOf(...reviews),
      { dimension: 6, encoding: 'count', length: 2 },
      quiet,
    );
    await expect(collect(counted)).rejects.toMatchObject({ code: 'USAGE', where: { field: 'length' } });
  });

  test('counts of any reviews are how often each word occurs', async () => {
    const anyReviews = fc.array(fc.array(fc.nat(20), { maxLength: 2000 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(anyReviews, async (texts) => {
        const reviews = texts.map((tokens, i) => review(`${i}`, tokens));
        const [batch] = await collect(
          vectorize.run(streamOf(...reviews), { dimension: 21, encoding: 'count' }, quiet),
        );
        const counts = texts.map((tokens) =>
          Array.from({ length: 21 }, (_, word) => tokens.filter((token) => token === word).length),
        );
        expect(toDense(batch!)).toEqual(counts);
      }),
    );
  });

  test('any reviews become their distinct words in order, and all else stays', async () => {
    const anyReview = (dimension: number) =>
      fc.record({
        id: fc.string(),
        split: fc.constantFrom(...SPLITS),
        label: fc.nat(65_535),
        tokens: fc.array(fc.nat(dimension - 1), { maxLength: 60 }),
      });
    const anyInput = fc
      .integer({ min: 1, max: 100_000 })
      .chain((dimension) =>
        fc.tuple(fc.constant(dimension), fc.array(anyReview(dimension), { minLength: 1 })),
      );
    await fc.assert(
      fc.asyncProperty(anyInput, async ([dimension, reviews]) => {
        const [batch, ...others] = await collect(
          vectorize.run(streamOf(...reviews), { dimension, encoding: 'multi-hot' }, quiet),
        );
        expect(others).toEqual([]);
        const { ids, splits, labels, offsets, indices } = batch!;
        const rows = ids.map((id, row) => ({
          id,
          split: splits[row],
          label: labels[row],
          tokens: [...indices.subarray(offsets[row], offsets[row + 1])],
        }));
        expect(rows).toEqual(
          reviews.map((given) => ({
            ...given,
            tokens: [...new Set(given.tokens)].toSorted((a, b) => a - b),
          })),
        );
      }),
    );
  });

  test('a batch has 1,024 rows, the last one what is left', async () => {
    const reviews = Array.from({ length: 2100 }, (_, i) => review(`train/${i}`, [i]));
    const batches = await collect(
      vectorize.run(streamOf(...reviews), { dimension: 2100, encoding: 'multi-hot' }, quiet),
    );
    expect(batches.map(({ ids }) => ids.length)).toEqual([1024, 1024, 52]);
    expect(batches.flatMap(({ indices }) => [...indices])).toEqual(reviews.map((_, i) => i));
    const whole = await collect(
      vectorize.run(streamOf(...reviews.slice(0, 1024)), { dimension: 2100, encoding: 'multi-hot' }, quiet),
    );
    expect(whole).toHaveLength(1);
  });

  test('batches do not share memory, and reviews longer than all before them fit', async () => {
    const long = Array.from({ length: 600_000 }, (_, i) => i);
    const reviews = [review('long', long), ...Array.from({ length: 1024 }, (_, i) => review(`${i}`, [7]))];
    const batches = await collect(
      vectorize.run(streamOf(...reviews), { dimension: 600_000, encoding: 'multi-hot' }, quiet),
    );
    expect(batches[0]!.indices.length).toBe(600_000 + 1023);
    expect(batches[0]!.indices[599_999]).toBe(599_999);
    expect([...batches[1]!.indices]).toEqual([7]);
  });

  test('a word number of the dimension or more is an error that names the review', async () => {
    const run = collect(
      vectorize.run(
        streamOf(review('train/0', [9]), review('train/1', [3, 10])),
        { dimension: 10, encoding: 'multi-hot' },
        quiet,
      ),
    );
    await expect(run).rejects.toMatchObject({
      code: 'OUT_OF_RANGE',
      message: 'word number 10 is not below the dimension, 10',
      where: { record: 'train/1', line: 2 },
      hint: expect.stringContaining('decode --words 10'),
    });
  });

  test('the largest word number there can be fits the largest dimension', async () => {
    const reviews = streamOf(review('a', [4_294_967_295, 0, 4_294_967_295]));
    const [batch] = await collect(
      vectorize.run(reviews, { dimension: 2 ** 32, encoding: 'multi-hot' }, quiet),
    );
    expect([...batch!.indices]).toEqual([0, 4_294_967_295]);
  });
});

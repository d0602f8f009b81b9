import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { ZipFile } from 'yazl';
import { writeLabels, writeRows } from '../../scripts/sample/npy-writer.ts';
import { StageError } from '../../src/error.ts';
import type { Review } from '../../src/formats/review.ts';
import { decode } from '../../src/stages/decode.ts';
import type { Context } from '../../src/stage.ts';
import { chunked, collect, textOf } from '../streams.ts';

const FILES = new URL('../files/decode/', import.meta.url);
const REAL = fileURLToPath(new URL('../../../shared/data/imdb/', import.meta.url));
const isRealThere = existsSync(`${REAL}imdb.npz`);
if (!isRealThere) console.warn(`the tests with the real reviews are skipped: there is no ${REAL}imdb.npz`);

const run = (
  input: AsyncIterable<Uint8Array>,
  options: Record<string, unknown> = {},
): AsyncIterable<Review> =>
  decode.run(input, v.parse(v.strictObject(decode.options), options), {} as Context);

const names = readdirSync(FILES).filter((name) => name.endsWith('.npz'));
const bytesOf = (name: string): Uint8Array => readFileSync(new URL(name, FILES));

describe('files of many writers', () => {
  test.each(names)('%s is what Keras reads from it', async (name) => {
    const expected = readFileSync(new URL(name.replace(/npz$/, 'ndjson'), FILES), 'utf8');
    for (const size of [65_536, 1, 13]) {
      expect(await textOf(decode.writes.write(run(chunked(bytesOf(name), size))))).toBe(expected);
    }
  });
});

describe('damage', () => {
  const damaged = names.filter((name) => /python2|numpy2-(lists-protocol2|int64-protocol5|savez)/.test(name));

  test.each(damaged)('%s cut at any of 300 places is an error', { timeout: 60_000 }, async (name) => {
    const whole = bytesOf(name);
    for (let length = 0; length < whole.length; length += Math.ceil(whole.length / 300)) {
      const error = await collect(run(chunked(whole.subarray(0, length)))).catch((caught: unknown) => caught);
      expect(error, `cut after ${length} bytes`).toBeInstanceOf(StageError);
      expect((error as StageError).code).toBe('TRUNCATED');
    }
  });

  test.each(damaged)(
    '%s with a wrong byte is an error, or the same reviews',
    { timeout: 60_000 },
    async (name) => {
      const whole = bytesOf(name);
      const expected = JSON.stringify(await collect(run(chunked(whole))));
      for (let at = 0; at < whole.length; at += Math.ceil(whole.length / 200)) {
        for (const flip of [0x01, 0xff]) {
          const wrong = Uint8Array.from(whole);
          wrong[at]! ^= flip;
          const result = await collect(run(chunked(wrong))).catch((caught: unknown) => caught);
          if (result instanceof StageError) continue;
          expect(JSON.stringify(result), `byte ${at} ^ ${flip}: ${String(result)}`).toBe(expected);
        }
      }
    },
  );
});

describe('options', () => {
  const rows = [[1], [1, 2, 3], [9, 2]];
  const decoded = async (options: Record<string, unknown>): Promise<number[][]> => {
    const all = await collect(
      run(npz({ 'x_train.npy': writeRows(rows), 'y_train.npy': writeLabels([0, 1, 1]) }), options),
    );
    return all.filter(({ split }) => split === 'train').map(({ tokens }) => Array.from(tokens));
  };

  // Seed 113 puts three rows in the order 2, 0, 1.
  test.each([
    [
      {},
      [
        [1, 2, 5],
        [1, 4],
        [1, 4, 5, 6],
      ],
    ],
    [
      { words: 6 },
      [
        [1, 2, 5],
        [1, 4],
        [1, 4, 5, 2],
      ],
    ],
    [
      { words: 6, skipTop: 5 },
      [
        [2, 2, 5],
        [2, 2],
        [2, 2, 5, 2],
      ],
    ],
    [
      { words: 6, oovToken: null },
      [
        [1, 5],
        [1, 4],
        [1, 4, 5],
      ],
    ],
    [{ words: 100, startToken: null, indexFrom: 0 }, [[9, 2], [1], [1, 2, 3]]],
    [
      { words: 100, maxLength: 4 },
      [
        [1, 12, 5],
        [1, 4],
      ],
    ],
    [{ words: 100, maxLength: 3, startToken: null }, [[12, 5], [4]]],
    [
      { words: 100, seed: 1 },
      [
        [1, 4],
        [1, 12, 5],
        [1, 4, 5, 6],
      ],
    ],
  ])('%j', async (options, expected) => {
    expect(await decoded(options)).toEqual(expected);
  });

  test('a maxLength that leaves nothing is refused', async () => {
    await expect(decoded({ maxLength: 2 })).rejects.toMatchObject({ code: 'OUT_OF_RANGE' });
  });

  test('a token that 32 bits cannot hold is refused', async () => {
    await expect(decoded({ indexFrom: 0xffffffff })).rejects.toMatchObject({
      code: 'OUT_OF_RANGE',
      where: { member: 'x_train.npy' },
    });
  });
});

describe('wrong arrays', () => {
  test.each<[string, Record<string, Buffer | undefined>, object]>([
    [
      'a member that is missing',
      { 'y_train.npy': undefined },
      { code: 'MISSING_FIELD', hint: /x_train\.npy, x_test\.npy/ },
    ],
    [
      'more rows than labels',
      { 'y_train.npy': writeLabels([1]) },
      { code: 'CORRUPT', message: /2 rows.*1 labels/ },
    ],
    ['a label of 3', { 'y_train.npy': writeLabels([1, 3]) }, { code: 'BAD_VALUE', message: /label is 3/ }],
  ])('%s', async (_, members, error) => {
    const matching = Object.entries(error).map(([key, value]: [string, unknown]) => [
      key,
      value instanceof RegExp ? (expect.stringMatching(value) as unknown) : value,
    ]);
    await expect(collect(run(npz(members)))).rejects.toMatchObject(Object.fromEntries(matching) as object);
  });
});

/** An imdb.npz with these members, the others having two rows. */
function npz(members: Record<string, Buffer | undefined>): AsyncIterable<Uint8Array> {
  const x = writeRows([[1], [2]]);
  const y = writeLabels([0, 1]);
  const zip = new ZipFile();
  const all = { 'x_train.npy': x, 'y_train.npy': y, 'x_test.npy': x, 'y_test.npy': y, ...members };
  for (const [name, bytes] of Object.entries(all)) if (bytes !== undefined) zip.addBuffer(bytes, name);
  zip.end();
  return zip.outputStream as AsyncIterable<unknown> as AsyncIterable<Uint8Array>;
}

describe.skipIf(!isRealThere)('the real reviews', () => {
  test('are those that Keras loads', { timeout: 60_000 }, async () => {
    const digests = {
      train: createHash('sha256'),
      validation: createHash('sha256'),
      test: createHash('sha256'),
    };
    const counts = { rows: 0, positive: 0, tokens: 0, oov: 0, largest: 0 };
    for await (const { split, tokens, label } of run(createReadStream(`${REAL}imdb.npz`), {
      words: 10_000,
    })) {
      digests[split].update(`${JSON.stringify(Array.from(tokens))}\n`);
      counts.rows++;
      counts.positive += label;
      counts.tokens += tokens.length;
      for (let i = 0; i < tokens.length; i++) {
        if (tokens[i] === 2) counts.oov++;
        if (tokens[i]! > counts.largest) counts.largest = tokens[i]!;
      }
    }
    expect(counts).toEqual({
      rows: 50_000,
      positive: 25_000,
      tokens: 5_967_841 + 5_770_105,
      oov: 341_611 + 297_058,
      largest: 9_999,
    });
    expect(digests.train.digest('hex')).toBe(
      '620d158d59f5b8b75627acf8ca0c2b9331e58563288ec87313a0fb917c0a0243',
    );
    expect(digests.test.digest('hex')).toBe(
      '09cf2efac961dfd22e885ed1c048446696e985b0c679aacf1d75fa7ec04bd8b3',
    );
  });

  test('read as words with the word index', { timeout: 60_000 }, async () => {
    const options = { words: 10_000, wordIndex: `${REAL}imdb_word_index.json` };
    for await (const { text } of run(createReadStream(`${REAL}imdb.npz`), options)) {
      expect(text).toMatch(
        /^\? this film was just brilliant casting location scenery story direction everyone's really suited the part they played/,
      );
      break;
    }
  });
});

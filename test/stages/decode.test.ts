import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { StageError } from '../../src/error.ts';
import type { Review } from '../../src/formats/reviews.ts';
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
  const damaged = names.filter((name) => /python2|lists-protocol[25]|int64-protocol5|savez/.test(name));

  test.each(damaged)('%s cut at any byte is an error', async (name) => {
    const whole = bytesOf(name);
    for (let length = 0; length < whole.length; length += whole.length > 8_000 ? 37 : 5) {
      const error = await collect(run(chunked(whole.subarray(0, length)))).catch((caught: unknown) => caught);
      expect(error, `cut after ${length} bytes`).toBeInstanceOf(StageError);
      expect((error as StageError).code).toBe('TRUNCATED');
    }
  });

  test.each(damaged)('%s with a wrong byte is an error, or the same reviews', async (name) => {
    const whole = bytesOf(name);
    const expected = JSON.stringify(await collect(run(chunked(whole))));
    for (let at = 0; at < whole.length; at += whole.length > 8_000 ? 41 : 7) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const wrong = Uint8Array.from(whole);
        wrong[at]! ^= flip;
        const result = await collect(run(chunked(wrong))).catch((caught: unknown) => caught);
        if (result instanceof StageError) continue;
        expect(JSON.stringify(result), `byte ${at} ^ ${flip}: ${String(result)}`).toBe(expected);
      }
    }
  });
});

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

import { createReadStream, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byRank, detokenize, readWordIndex, tokenize } from '../../src/formats/word-index.ts';
import { temporaryFolder } from '../folder.ts';
import { chunked } from '../streams.ts';

const read = (json: string, size?: number): Promise<Map<string, number>> =>
  readWordIndex(chunked(Buffer.from(json), size));

describe('readWordIndex', () => {
  test('gives words and ranks, in chunks of any size', async () => {
    const index = { the: 1, "don't": 2, café: 3, '\u0096': 4, constructor: 5 };
    for (const size of [1, 7, 1_000]) {
      expect(await read(JSON.stringify(index), size)).toEqual(new Map(Object.entries(index)));
    }
  });

  test('gives back any words and ranks', async () => {
    const rank = fc.integer({ min: 1, max: 0xffffffff });
    const entries = fc
      .uniqueArray(fc.tuple(fc.string({ unit: 'grapheme' }), rank), { selector: ([word]) => word })
      .filter((pairs) => new Set(pairs.map(([, value]) => value)).size === pairs.length);
    await fc.assert(
      fc.asyncProperty(entries, fc.integer({ min: 1, max: 40 }), async (pairs, size) => {
        const members = pairs.map(([word, value]) => `${JSON.stringify(word)}:${value}`);
        expect(await read(`{${members.join(',')}}`, size)).toEqual(new Map(pairs));
      }),
    );
  });

  test('takes JSON however it is written', async () => {
    const json = ' \r\n{\t"\\u0061\\n" : 10e-1 ,"b":2.0}\n';
    expect(await read(json)).toEqual(
      new Map([
        ['a\n', 1],
        ['b', 2],
      ]),
    );
    expect(await read('\ufeff { } ')).toEqual(new Map());
  });

  test('takes what JSON.parse takes, and nothing else, of a text with one mistake', async () => {
    const written = '{"a":1, "b\\n" : 20,"\\u0063":3}';
    const at = fc.nat(written.length);
    const pieces = fc.constantFrom(
      '',
      '{',
      '}',
      ',',
      ':',
      ' ',
      '"',
      '\\',
      '1',
      '-',
      '.5',
      'e2',
      '\n',
      '"d":4,',
    );
    await fc.assert(
      fc.asyncProperty(at, fc.nat(2), pieces, async (begin, removed, piece) => {
        const json = written.slice(0, begin) + piece + written.slice(begin + removed);
        const words = await read(json).catch((error: { code: string }) => error.code);
        let parsed: object | undefined;
        try {
          parsed = JSON.parse(json) as object;
        } catch {}
        if (parsed === undefined) expect(words).toBe('NOT_JSON');
        else if (words !== 'BAD_VALUE') expect(words).toEqual(new Map(Object.entries(parsed)));
      }),
      { numRuns: 2000 },
    );
  });

  test('refuses a word that is endless', async () => {
    const json = `{"${'\\n'.repeat(1_000_000)}":1}`;
    await expect(read(json, 65_536)).rejects.toMatchObject({ name: 'StageError', code: 'UNSUPPORTED' });
  });

  test.each([
    ['{"a":1.5}', 'BAD_VALUE', 'the rank of "a" is 1.5'],
    ['{"a":0}', 'BAD_VALUE', 'the rank of "a" is 0'],
    ['{"a":"1"}', 'BAD_VALUE', 'the rank of "a" is "1"'],
    ['{"a":[1]}', 'BAD_VALUE', 'the rank of "a" is [1]'],
    ['{"a":1,"a":2}', 'BAD_VALUE', 'the word "a" is there twice'],
    ['{"a":1,"\\u0061":2}', 'BAD_VALUE', 'the word "a" is there twice'],
    ['{"a":1,"b":1}', 'BAD_VALUE', 'the rank 1 is there twice, the second time for "b"'],
    ['{"a":1', 'NOT_JSON', /./],
    ['{"a":1,}', 'NOT_JSON', /expected/],
    ['{"a":01}', 'NOT_JSON', /./],
    ['{"a":1}{"b":2}', 'NOT_JSON', /./],
    ['["a"]', 'NOT_JSON', "the word index can't be read: it is no object of words and ranks"],
    ['null', 'NOT_JSON', /./],
    ['<html>', 'NOT_JSON', /./],
    ['', 'NOT_JSON', /./],
  ])('refuses %s', async (json, code, message) => {
    const expected = typeof message === 'string' ? message : (expect.stringMatching(message) as string);
    await expect(read(json)).rejects.toMatchObject({ name: 'StageError', code, message: expected });
  });

  test('says what is wrong with a file, also where that closes it early', async () => {
    const path = join(temporaryFolder(), 'words.json');
    writeFileSync(path, '{"a":1e400}');
    const read = readWordIndex(createReadStream(path));
    await expect(read).rejects.toMatchObject({ code: 'BAD_VALUE', where: { field: 'a' } });
  });

  test('refuses a mistake before the last of many chunks', async () => {
    const json = `{"a":1 "b":2,${' '.repeat(100_000)}"c":3}`;
    await expect(read(json, 1_000)).rejects.toMatchObject({ name: 'StageError', code: 'NOT_JSON' });
  });

  test("lets the source's own error through", async () => {
    const broken = (async function* () {
      yield Buffer.from('{"a"');
      throw new RangeError('the disk is gone');
    })();
    await expect(readWordIndex(broken)).rejects.toThrow(RangeError);
  });
});

describe('tokenize', () => {
  const words = new Map([
    ['the', 1],
    ["don't", 2],
    ['film', 3],
    ['rare', 9],
  ]);

  test('splits as the reviews were split, and numbers as load_data does', () => {
    expect([...tokenize("The FILM--don't!\n(rare) unknown", words, { dimension: 10 })]).toEqual([
      1, 4, 6, 5, 2, 2,
    ]);
    expect([...tokenize('  ', words, { dimension: 10 })]).toEqual([1]);
  });

  test('takes other numbers, or none', () => {
    const options = { dimension: 10, indexFrom: 0, startToken: null, oovToken: null };
    expect([...tokenize('the unknown rare film', words, options)]).toEqual([1, 9, 3]);
    expect([
      ...tokenize('the rare', words, { ...options, startToken: 7, oovToken: 8, dimension: 9 }),
    ]).toEqual([7, 1, 8]);
  });

  test('is undone by detokenize, but for unknown words', () => {
    const tokens = tokenize('the film was rare', words, { dimension: 100 });
    expect(detokenize(tokens, byRank(words), 3)).toBe('? the film ? rare');
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { samples, type Samples } from '../../src/formats/samples.ts';
import { collect, streamOf } from '../streams.ts';

const read = (...chunks: (string | Uint8Array)[]): Promise<Samples[]> =>
  collect(samples.read(streamOf(...chunks.map((chunk) => Buffer.from(chunk as string)))));

const review = '{"id":"a","split":"test","label":1,"tokens":[1,2]}\n';

describe('samples', () => {
  test('are text lines as they arrive, numbered, without the empty ones', async () => {
    expect(await read('one', ' line\n\n \r\nthree', ' or four\r\n', 'last')).toEqual([
      { kind: 'text', lines: [{ text: 'one line', number: 1 }] },
      { kind: 'text', lines: [{ text: 'three or four', number: 4 }] },
      { kind: 'text', lines: [{ text: 'last', number: 5 }] },
    ]);
  });

  test('give a line before the next one is there', async () => {
    let asked = 0;
    async function* slowly(): AsyncGenerator<Uint8Array> {
      for (const line of ['first\n', 'second\n']) {
        asked++;
        yield Buffer.from(line);
      }
    }
    const { value } = await samples.read(slowly())[Symbol.asyncIterator]().next();
    expect(value).toEqual({ kind: 'text', lines: [{ text: 'first', number: 1 }] });
    expect(asked).toBe(1);
  });

  test('are reviews where the first thing is a brace, after blank lines or a byte order mark', async () => {
    const expected = { id: 'a', split: 'test', label: 1, tokens: [1, 2] };
    for (const before of ['', '\n \n', '\u{feff}', '\u{feff}\r\n']) {
      expect(await read(before, review, review)).toEqual([
        { kind: 'reviews', reviews: [expected] },
        { kind: 'reviews', reviews: [expected] },
      ]);
    }
  });

  test('name the line of a review that is none', async () => {
    await expect(read(review, '\n{"id":1}\n')).rejects.toMatchObject({
      code: 'BAD_VALUE',
      where: { line: 3, field: 'id' },
    });
    await expect(read(review, 'oops\n')).rejects.toMatchObject({ code: 'NOT_JSON', where: { line: 2 } });
  });

  test('are vectors where the first byte is none of UTF-8, though it comes alone', async () => {
    await expect(read(Buffer.of(255), Buffer.of(255, 255, 255))).rejects.toMatchObject({ code: 'TRUNCATED' });
  });

  test('are refused as vectors when they are an Arrow file, not a stream', async () => {
    await expect(read(Buffer.from('ARROW1\0\0rest of the file, whatever it holds'))).rejects.toThrow();
  });

  test('are refused where a line would fill the memory', async () => {
    const endless = read('one\ntwo\n', ...Array.from({ length: 9 }, () => Buffer.alloc(2 ** 25, 'a')));
    await expect(endless).rejects.toMatchObject({ code: 'UNSUPPORTED', where: { line: 3 } });
  });

  test('are none where there is nothing', async () => {
    expect(await read()).toEqual([]);
    expect(await read('', '\n', '  ')).toEqual([]);
  });

  test('are the same lines whatever the chunks are', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' }).map((text) => `w${text.replaceAll(/[\r\n]/g, '')}`)),
        fc.integer({ min: 1, max: 9 }),
        async (texts, size) => {
          const bytes = Buffer.from(texts.join('\n'));
          const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
            bytes.subarray(i * size, (i + 1) * size),
          );
          const lines = (await read(...chunks)).flatMap((some) => (some.kind === 'text' ? some.lines : []));
          expect(lines).toEqual(texts.map((text, i) => ({ text, number: i + 1 })));
        },
      ),
    );
  });
});

test('reviews after many empty lines are still reviews', async () => {
  expect(await read(`${'\n'.repeat(100)}${review}`)).toMatchObject([{ kind: 'reviews' }]);
});

test('a line of text that is too long for a string is refused', async () => {
  const large = Buffer.alloc(2 ** 28, 'a');
  await expect(read('one\n', large, large)).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    where: { line: 2 },
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lines } from '../../src/formats/lines.ts';
import { chunked, collect, streamOf, textOf } from '../streams.ts';

const words = lines('words');

test('a line ends with a newline, and with a carriage return before it where there is one', async () => {
  expect(await collect(words.read(streamOf(Buffer.from('a\r\n\nb\n\n'))))).toEqual(['a', '', 'b', '']);
  expect(await textOf(words.write(streamOf('a', '', 'b')))).toBe('a\n\nb\n');
});

test('what is written is what is read, wherever the bytes are cut', async () => {
  const line = fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n\ufeff]/.test(text));
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.integer({ min: 1, max: 9 }), async (texts, size) => {
      const bytes = Buffer.from(await textOf(words.write(streamOf(...texts))));
      expect(await collect(words.read(chunked(bytes, size)))).toEqual(texts);
    }),
  );
});

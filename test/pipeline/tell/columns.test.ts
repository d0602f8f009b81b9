import fc from 'fast-check';
import { expect, test } from 'vitest';
import { columnsOf, cutEnd, cutMiddle, padEnd, plainLine } from '../../../pipeline/tell/columns.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 80 }).map(plainLine);
const columns = fc.integer({ min: 0, max: 60 });

test('a text that is cut fits, and is as it was if it fitted before', () => {
  for (const cut of [cutEnd, cutMiddle]) {
    fc.assert(
      fc.property(text, columns, (text, columns) => {
        expect(columnsOf(cut(text, columns))).toBeLessThanOrEqual(columns);
        if (columnsOf(text) <= columns) expect(cut(text, columns)).toBe(text);
      }),
    );
  }
});

test('what is cut off is replaced by one character, and no character is broken', () => {
  expect(cutEnd('abcdef', 4)).toBe('abc…');
  expect(cutMiddle('abcdef', 4)).toBe('ab…f');
  expect(cutEnd('日本語', 4)).toBe('日…');
  expect(cutMiddle('👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 5)).toBe('👩‍👩‍👧…👩‍👩‍👧');
  expect(padEnd('日', 4)).toBe('日  ');
});

test('a line is left without what moves a cursor', () => {
  expect(plainLine('\x1b[31mred\x1b[0m\x1b]8;;http://x\x07link\x1b]8;;\x07')).toBe('redlink');
  expect(plainLine('10 %\r100 %\r\r')).toBe('100 %');
  expect(plainLine('a\tb\x07\x9b')).toBe('a    b');
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (line) => !/\p{Cc}/u.test(plainLine(line))));
});

import { expect, test } from 'vitest';
import type { Fail } from '../../src/formats/pickle-rows.ts';
import { RowStore } from '../../src/formats/pickle-rows.ts';
import { List } from '../../src/formats/pickle-values.ts';
import { Ragged } from '../../src/formats/ragged.ts';

test('words that would fill the memory are refused', () => {
  const rows = new Ragged();
  rows.grow(2 ** 28);
  const fail: Fail = (code) => {
    throw new Error(code);
  };
  expect(() => new RowStore(rows, fail).append(new List(), [1], 0)).toThrow('UNSUPPORTED');
});

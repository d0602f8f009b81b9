import { expect, test } from 'vitest';
import { suggest } from '../src/nearest.ts';

test.each([
  ['trian', ['train', 'test'], 'did you mean train?'],
  ['x', ['train', 'test'], 'there are: train, test'],
  ['x', [], 'there are none'],
])('for %j among %j it is said: %s', (written, names, hint) => {
  expect(suggest(written, names)).toBe(hint);
});

test('of very many names only the first are told', () => {
  const names = Array.from({ length: 1000 }, (_, i) => `step${i}`);
  expect(suggest('other', names)).toMatch(/^there are: step0, .*, step19, and 980 more$/);
});

import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { repeatCommand } from '../../src/cli/repeat.ts';

const usual = {
  file: 'x.yaml',
  params: undefined,
  set: [],
  store: resolve('.sluice'),
  results: resolve('results'),
};

test('what repeats a step has all that decides its run, and no more', () => {
  expect(repeatCommand(usual, 'decode')).toBe('sluice run x.yaml decode');
  const other = {
    file: "it's.yaml",
    params: { name: 'p.yaml', text: '' },
    set: ['a=b c', 'n=1'],
    store: resolve('elsewhere'),
    results: resolve('.'),
  };
  expect(repeatCommand(other, 'm@1')).toBe(
    String.raw`sluice run 'it'\''s.yaml' m@1 --params p.yaml --set 'a=b c' --set n=1 --store elsewhere --results .`,
  );
});

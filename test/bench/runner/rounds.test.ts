import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { alternate, differences } from '../../../bench/runner/rounds.ts';
import { temporaryFolder } from '../../folder.ts';

test('every side is measured once a round, another one first each time, after what comes before it', async () => {
  const cwd = temporaryFolder();
  const write = (word: string) => ({ command: ['bash', '-c', `echo ${word} >> log`] as const, cwd });
  let times = 0;
  const before = (): Promise<void> => Promise.resolve(void times++);
  const costs = await alternate({ a: { ...write('a'), before }, b: write('b'), c: write('c') }, 3);
  expect(readFileSync(join(cwd, 'log'), 'utf8').split('\n').join(' ')).toBe('a b c b c a c a b ');
  expect(times).toBe(3);
  expect([costs.a.length, costs.b.length, costs.c.length]).toEqual([3, 3, 3]);
});

test('a difference is one of the same round', () => {
  const cost = (seconds: number) => ({ seconds, peak: undefined, stdout: '' });
  expect(differences([cost(3), cost(5)], [cost(1), cost(4)])).toEqual([2, 1]);
});

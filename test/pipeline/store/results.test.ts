import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Output } from '../../../pipeline/experiment.ts';
import { publish, withdraw } from '../../../pipeline/store/results.ts';
import { temporaryFolder } from '../../folder.ts';
import { filledStore } from './stores.ts';

const file: Output = { name: 'out', kind: 'file', fileName: 'a.txt' };
const folder: Output = { name: 'to', kind: 'folder', fileName: 'a' };

/** A store that holds a file and a folder of files, with `content` in each. */
const stored = (content: string) =>
  filledStore({ out: content, to: { x: `${content}x`, y: `${content}y`, 'deep/z': `${content}deep/z` } });

test('outputs are put into a folder, in the place of earlier ones, and taken away', () => {
  const results = join(temporaryFolder(), 'results');
  publish(results, [file, folder], stored('old'));
  publish(results, [file, folder], stored('new'));
  expect(readFileSync(join(results, 'a.txt'), 'utf8')).toBe('new');
  expect(readFileSync(join(results, 'a/deep/z'), 'utf8')).toBe('newdeep/z');
  withdraw(results, [file, folder]);
  expect(readdirSync(results)).toEqual([]);
});

test('what is published already is left as it is, and what is missing or too much is made right', () => {
  const results = join(temporaryFolder(), 'results');
  const from = stored('it');
  publish(results, [file, folder], from);
  const before = statSync(join(results, 'a/x'), { bigint: true }).ctimeNs;
  publish(results, [file, folder], from);
  expect(statSync(join(results, 'a/x'), { bigint: true }).ctimeNs).toBe(before);
  rmSync(join(results, 'a/y'));
  publish(results, [file, folder], from);
  writeFileSync(join(results, 'a/mine'), '');
  publish(results, [file, folder], from);
  expect(readdirSync(join(results, 'a')).toSorted()).toEqual(['deep', 'x', 'y']);
});

test("a person's folder where a file belongs is left, and that is an error", () => {
  const results = temporaryFolder();
  const mine = join(results, 'a.txt/mine');
  mkdirSync(join(results, 'a.txt'));
  writeFileSync(mine, '');
  expect(() => publish(results, [file], stored('it'))).toThrow(
    expect.objectContaining({ syscall: 'unlink' }),
  );
  expect(() => withdraw(results, [file])).toThrow(expect.objectContaining({ syscall: 'unlink' }));
  expect(existsSync(mine)).toBe(true);
});

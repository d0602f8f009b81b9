import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Output } from '../../pipeline/experiment.ts';
import type { KeyParts } from '../../pipeline/key.ts';
import { publish, withdraw } from '../../pipeline/results.ts';
import { Store, type Entry } from '../../pipeline/store.ts';
import { temporaryFolder } from '../folder.ts';

const file: Output = { name: 'out', kind: 'file', fileName: 'a.txt' };
const folder: Output = { name: 'to', kind: 'folder', fileName: 'a' };

/** A store that holds a file and a folder of files, with `content` in each. */
async function stored(content: string) {
  const store = new Store(join(temporaryFolder(), 'store'));
  const work = await store.begin();
  writeFileSync(join(work, 'out'), content);
  mkdirSync(join(work, 'to/deep'), { recursive: true });
  for (const name of ['x', 'y', 'deep/z']) writeFileSync(join(work, 'to', name), content + name);
  const outputs = {
    out: await store.keepFile(join(work, 'out')),
    to: await store.keepFolder(join(work, 'to')),
  };
  const entry: Entry = { parts: {} as KeyParts, outputs, seconds: 1 };
  return { store, entry };
}

test('outputs are put into a folder, in the place of earlier ones, and taken away', async () => {
  const results = join(temporaryFolder(), 'results');
  await publish(results, [file, folder], await stored('old'));
  await publish(results, [file, folder], await stored('new'));
  expect(readFileSync(join(results, 'a.txt'), 'utf8')).toBe('new');
  expect(readFileSync(join(results, 'a/deep/z'), 'utf8')).toBe('newdeep/z');
  await withdraw(results, [file, folder]);
  expect(readdirSync(results)).toEqual([]);
});

test('runs that publish the same outputs at the same time do not hinder each other', async () => {
  const results = join(temporaryFolder(), 'results');
  const from = await stored('it');
  for (let round = 0; round < 20; round++) {
    await Promise.all([1, 2, 3].map(() => publish(results, [file, folder], from)));
    expect(readFileSync(join(results, 'a.txt'), 'utf8')).toBe('it');
    expect(readdirSync(join(results, 'a')).toSorted()).toEqual(['deep', 'x', 'y']);
  }
});

test("a person's folder where a file belongs is left, and that is an error", async () => {
  const results = temporaryFolder();
  const mine = join(results, 'a.txt/mine');
  mkdirSync(join(results, 'a.txt'));
  writeFileSync(mine, '');
  await expect(publish(results, [file], await stored('it'))).rejects.toMatchObject({ syscall: 'unlink' });
  await expect(withdraw(results, [file])).rejects.toMatchObject({ syscall: 'unlink' });
  expect(existsSync(mine)).toBe(true);
});

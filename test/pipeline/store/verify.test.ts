import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { digestOf } from '../../../pipeline/digest.ts';
import { verify } from '../../../pipeline/store/verify.ts';
import { temporaryFolder } from '../../folder.ts';
import { fill, storeIn } from './filled.ts';

/** Two entries that share an object, and one with a folder. */
function example() {
  const folder = temporaryFolder();
  const entries = [
    fill(folder, { step: 'a', contents: { out: 'shared' } }),
    fill(folder, { step: 'b', contents: { out: 'shared', other: 'b' } }),
    fill(folder, { step: 'c', contents: { folder: { x: 'x', y: 'y' } } }),
  ] as const;
  const path = (content: string): string => storeIn(folder).objectPath(digestOf(content));
  return { folder, entries, path };
}

test('a store as it was written is left as it is', async () => {
  const { folder } = example();
  expect(await verify(folder)).toEqual({ entries: 3, objects: 4, bytes: 9, damage: [] });
  expect(readdirSync(join(folder, 'entries')).length).toBe(3);
});

test.each([
  ['sharee', 'has other content'],
  ['', 'has other content'],
])('an object that became "%s" goes, with the entries of every step that needs it', async (text, why) => {
  const { folder, entries, path } = example();
  chmodSync(path('shared'), 0o644);
  writeFileSync(path('shared'), text);
  const { damage } = await verify(folder);
  expect(damage).toEqual([
    { path: path('shared'), why: expect.stringContaining(why) as string, steps: ['sample/a', 'sample/b'] },
  ]);
  expect([entries[0], entries[1], entries[2]].map((entry) => existsSync(entry.path))).toEqual([
    false,
    false,
    true,
  ]);
  expect(existsSync(path('shared'))).toBe(false);
  expect((await verify(folder)).damage).toEqual([]);
});

test('an object that is missing is told, and the entry that needs it goes', async () => {
  const { folder, entries, path } = example();
  rmSync(path('y'));
  expect((await verify(folder)).damage).toEqual([
    { path: expect.stringContaining(digestOf('y')) as string, why: 'is missing', steps: ['sample/c'] },
  ]);
  expect(existsSync(entries[2].path)).toBe(false);
});

test.each([
  ['cut short', 'a', (text: string) => text.slice(0, -10)],
  ['of another key', 'b', (text: string) => text],
  ['changed', 'a', (text: string) => text.replace('"seconds":2', '"seconds":1')],
])('an entry that is %s goes', async (_, of, damage) => {
  const { folder, entries } = example();
  const { path } = entries[0];
  const from = of === 'a' ? entries[0] : entries[1];
  writeFileSync(path, damage(readFileSync(from.path, 'utf8')));
  expect((await verify(folder)).damage).toEqual([{ path, why: 'is not what was written', steps: [] }]);
  expect(entries.map((entry) => existsSync(entry.path))).toEqual([false, true, true]);
});

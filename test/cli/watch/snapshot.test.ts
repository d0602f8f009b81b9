import { chmodSync, linkSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { changedFiles, listFiles, takeSnapshot } from '../../../src/cli/watch/snapshot.ts';
import { temporaryFolder } from '../../folder.ts';

/** A folder with files and folders, some of which are looked at; and what was changed by an act there. */
function newTree() {
  const root = temporaryFolder();
  const at = (path: string): string => join(root, path);
  for (const folder of ['data/deep', 'not']) mkdirSync(at(folder), { recursive: true });
  for (const file of ['x.yaml', 'y.yaml', 'data/a', 'data/deep/b']) writeFileSync(at(file), 'old');
  const look = () => takeSnapshot(listFiles([at('x.yaml'), at('data'), at('not/there')]).files);
  return {
    at,
    changedBy: (act: () => void): string[] => {
      const before = look();
      act();
      return changedFiles(before, look()).map((file) => file.slice(root.length + 1));
    },
  };
}

type Act = (at: (path: string) => string) => void;

test.each<[string, string[], Act]>([
  ['one that was written in place', ['x.yaml'], (at) => writeFileSync(at('x.yaml'), 'newer')],
  ['one that another was renamed over', ['x.yaml'], (at) => renameSync(at('y.yaml'), at('x.yaml'))],
  ['one that is gone', ['x.yaml'], (at) => rmSync(at('x.yaml'))],
  ['one where nothing was', ['not/there'], (at) => writeFileSync(at('not/there'), '')],
  ['a new one in a folder', ['data/deep/c'], (at) => writeFileSync(at('data/deep/c'), '')],
  [
    'each of a folder that has another name',
    ['data/d/b', 'data/deep/b'],
    (at) => renameSync(at('data/deep'), at('data/d')),
  ],
  ['no file beside them', [], (at) => writeFileSync(at('y.yaml'), 'newer')],
  ['none that is only linked to', [], (at) => linkSync(at('data/a'), at('link'))],
  ['none with other rights', [], (at) => chmodSync(at('data/a'), 0o600)],
  ['no symbolic link in a folder', [], (at) => symlinkSync(at('x.yaml'), at('data/link'))],
])('a changed file is %s', (_, changed, act) => {
  const { at, changedBy } = newTree();
  expect(changedBy(() => act(at)).toSorted()).toEqual(changed);
});

test('the folders in which a change can be noticed', () => {
  const { at } = newTree();
  mkdirSync(at('far/deeper'), { recursive: true });
  writeFileSync(at('far/file'), '');
  symlinkSync(at('far/file'), at('link'));
  const foldersOf = (...paths: string[]) => [...listFiles(paths.map(at)).folders].toSorted();
  expect(foldersOf('x.yaml')).toEqual([at('.')]);
  expect(foldersOf('data')).toEqual([at('.'), at('data'), at('data/deep')]);
  expect(foldersOf('link')).toEqual([at('.'), at('far')]);
  expect(foldersOf('far/not/there')).toEqual([at('far')]);
});

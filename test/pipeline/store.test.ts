import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { digestOf } from '../../pipeline/digest.ts';
import { compareKeys, keyOf, type Key, type KeyParts } from '../../pipeline/key.ts';
import { Store } from '../../pipeline/store.ts';
import { temporaryFolder } from '../folder.ts';

const parts: KeyParts = {
  format: 2,
  command: 'x',
  inputs: {},
  outputs: { out: '' },
};

/** A store with one entry: a file and a folder of two files. */
async function filled(): Promise<{ store: Store; key: Key; object: string }> {
  const store = new Store(join(temporaryFolder(), 'store'));
  const work = await store.begin();
  writeFileSync(join(work, 'out'), 'hello');
  mkdirSync(join(work, 'folder/deep'), { recursive: true });
  writeFileSync(join(work, 'folder/a'), 'A');
  writeFileSync(join(work, 'folder/deep/b'), 'B');
  const outputs = {
    out: await store.keepFile(join(work, 'out')),
    folder: await store.keepFolder(join(work, 'folder')),
  };
  const key = keyOf(parts);
  await store.commit(key, { parts, outputs, seconds: 1 });
  rmSync(work, { recursive: true });
  return { store, key, object: store.objectPath(outputs.out.sha256) };
}

test('an entry is found again by its key, with files and folders by their digests', async () => {
  const { store, key, object } = await filled();
  const found = await store.lookUp(key);
  expect(found).toMatchObject({
    found: 'whole',
    entry: {
      outputs: {
        out: { sha256: digestOf('hello'), bytes: 5 },
        folder: { bytes: 2, files: { a: digestOf('A'), 'deep/b': digestOf('B') } },
      },
    },
  });
  expect(readFileSync(object, 'utf8')).toBe('hello');
  expect(statSync(object).mode & 0o222).toBe(0);
  expect(await store.lookUp(keyOf({ ...parts, command: 'y' }))).toEqual({ found: 'nothing' });
});

test.each([
  ['another byte', (object: string) => writeFileSync(object, 'hellO')],
  ['a byte less', (object: string) => writeFileSync(object, 'hell')],
  ['nothing at all', (object: string) => rmSync(object)],
])('an object with %s makes its entry damaged, never a hit', async (_, damage) => {
  const { store, key, object } = await filled();
  chmodSync(object, 0o644);
  damage(object);
  expect(await store.lookUp(key)).toMatchObject({ found: 'damaged' });
});

test('a damaged entry is not a hit either, and is replaced', async () => {
  const { store, key } = await filled();
  const path = join(store.folder, 'entries', `${key}.json`);
  for (const text of ['', '{', '{"outputs":{"out":{}}}', 'null']) {
    writeFileSync(path, text);
    expect(await store.lookUp(key)).toMatchObject({ found: 'damaged' });
  }
  const other = keyOf({ ...parts, command: 'y' });
  await store.commit(other, { parts: { ...parts, command: 'y' }, outputs: {}, seconds: 1 });
  renameSync(join(store.folder, 'entries', `${other}.json`), path);
  expect(await store.lookUp(key)).toMatchObject({ found: 'damaged' });
  await store.commit(key, { parts, outputs: {}, seconds: 1 });
  writeFileSync(path, readFileSync(path, 'utf8').replace('"seconds": 1', '"seconds": 2'));
  expect(await store.lookUp(key)).toMatchObject({ found: 'damaged' });
  await store.commit(key, { parts, outputs: {}, seconds: 1 });
  expect(await store.lookUp(key)).toMatchObject({ found: 'whole' });
});

test('a damaged memory of what a step was last is as good as none', async () => {
  const { store } = await filled();
  await store.setLast('x', 'a', parts);
  expect(await store.last('x', 'a')).toEqual(parts);
  for (const text of ['', 'null', '{']) {
    writeFileSync(join(store.folder, 'last/x/a.json'), text);
    expect(await store.last('x', 'a')).toBeUndefined();
  }
  writeFileSync(join(store.folder, 'last/x/a.json'), '{"options":null}');
  expect(compareKeys((await store.last('x', 'a'))!, parts)).toContainEqual({
    part: 'options',
    before: 'null',
  });
});

test('what a run that was killed has left is removed, what a living one writes is not', async () => {
  const { store } = await filled();
  const mine = await store.begin();
  const dead = join(store.folder, 'tmp', '4194305-left'); // above Linux's largest process number
  mkdirSync(dead);
  await store.removeLitter();
  expect([existsSync(mine), existsSync(dead)]).toEqual([true, false]);
});

test('writing JSON leaves nothing but the file', async () => {
  const { store } = await filled();
  await store.writeJson(join(store.folder, 'x/y.json'), { a: 1 });
  expect(readFileSync(join(store.folder, 'x/y.json'), 'utf8')).toBe('{\n  "a": 1\n}\n');
  expect(readdirSync(join(store.folder, 'tmp'))).toEqual([]);
});

const otherFileSystem = ['/dev/shm'].find(
  (path) => existsSync(path) && statSync(path).dev !== statSync(tmpdir()).dev,
);
if (otherFileSystem === undefined) console.warn('skipped: there is no other file system to write to');

test.skipIf(otherFileSystem === undefined)('JSON is written to another file system, too', async () => {
  const { store } = await filled();
  const folder = mkdtempSync(join(otherFileSystem!, 'sluice-'));
  try {
    await store.writeJson(join(folder, 'x/run.json'), { a: 1 });
    expect(readdirSync(join(folder, 'x'))).toEqual(['run.json']);
    expect(readFileSync(join(folder, 'x/run.json'), 'utf8')).toBe('{\n  "a": 1\n}\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

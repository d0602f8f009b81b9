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
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { digestOf } from '../../../pipeline/digest.ts';
import { compareKeys, keyOf } from '../../../pipeline/key.ts';
import { removeLitter } from '../../../pipeline/store/litter.ts';
import { ourselves } from '../../../pipeline/store/owner.ts';
import { Store } from '../../../pipeline/store/store.ts';
import { filledStore, made, parts } from './stores.ts';

/** A store with one entry: a file and a folder of two files. */
function filled() {
  const { store, key, entry } = filledStore({ out: 'hello', folder: { a: 'A', 'deep/b': 'B' } });
  return { store, key, object: store.objectPath(entry.outputs['out']!.sha256) };
}

/** A store of the same folder, as another run sees it. */
const reopened = (store: Store): Store => {
  store.saveDigests();
  return new Store(store.folder);
};

test('an entry is found again by its key, with files and folders by their digests', async () => {
  const { store, key, object } = filled();
  const found = await store.lookUp(key);
  expect(found).toMatchObject({
    found: 'whole',
    entry: {
      outputs: {
        out: { sha256: digestOf('hello'), bytes: 5 },
        folder: { files: { a: digestOf('A'), 'deep/b': digestOf('B') } },
      },
    },
  });
  expect(readFileSync(object, 'utf8')).toBe('hello');
  expect(statSync(object).mode & 0o222).toBe(0);
  expect(await store.lookUp(keyOf({ ...parts, command: 'y' }))).toEqual({ found: 'nothing' });
});

test('content that is there already stays as it is, and damaged content is replaced', async () => {
  const { store, object } = filled();
  const keep = (): void => {
    const path = join(store.begin(), 'x');
    writeFileSync(path, 'hello');
    store.keep(path, { sha256: digestOf('hello'), bytes: 5 });
  };
  const before = statSync(object).ino;
  keep();
  expect(statSync(object).ino).toBe(before);
  await setTimeout(50); // else the clock may not have moved on
  chmodSync(object, 0o644);
  writeFileSync(object, 'hellO');
  keep();
  expect(readFileSync(object, 'utf8')).toBe('hello');
});

test.each([
  ['another byte', (object: string) => writeFileSync(object, 'hellO')],
  ['a byte less', (object: string) => writeFileSync(object, 'hell')],
  ['nothing at all', (object: string) => rmSync(object)],
])('an object with %s makes its entry damaged, never a hit', async (_, damage) => {
  const { store, key, object } = filled();
  await setTimeout(50); // else the clock may not have moved on, and a change of content alone is not seen
  chmodSync(object, 0o644);
  damage(object);
  expect(await store.lookUp(key)).toMatchObject({ found: 'damaged' });
  expect(await reopened(store).lookUp(key)).toMatchObject({ found: 'damaged' });
});

test('damage that keeps the time of the last write is seen, too', async () => {
  const { store, key, object } = filled();
  const { atime, mtime } = statSync(object);
  await setTimeout(50);
  chmodSync(object, 0o644);
  writeFileSync(object, 'hellO');
  utimesSync(object, atime, mtime);
  expect(await reopened(store).lookUp(key)).toMatchObject({ found: 'damaged' });
});

test('a damaged entry is not a hit either, and is replaced', async () => {
  const { store, key } = filled();
  const path = join(store.folder, 'entries', `${key}.json`);
  for (const text of ['', '{', '{"outputs":{"out":{}}}', 'null']) {
    writeFileSync(path, text);
    expect(await store.lookUp(key)).toMatchObject({ found: 'damaged' });
  }
  const other = keyOf({ ...parts, command: 'y' });
  store.commit(other, { parts: { ...parts, command: 'y' }, outputs: {}, seconds: 1, made });
  renameSync(join(store.folder, 'entries', `${other}.json`), path);
  expect(await store.lookUp(key)).toMatchObject({ found: 'damaged' });
  store.commit(key, { parts, outputs: {}, seconds: 1, made });
  writeFileSync(path, readFileSync(path, 'utf8').replace('"seconds":1', '"seconds":2'));
  expect(await store.lookUp(key)).toMatchObject({ found: 'damaged' });
  store.commit(key, { parts, outputs: {}, seconds: 1, made });
  expect(await store.lookUp(key)).toMatchObject({ found: 'whole' });
});

test('a damaged memory of what steps were last is as good as none', () => {
  const { store } = filled();
  store.setLast('x', { a: parts });
  store.setLast('x', { b: parts });
  expect(store.last('x')).toEqual({ a: parts, b: parts });
  for (const text of ['', 'null', '{']) {
    writeFileSync(join(store.folder, 'last/x.json'), text);
    expect(store.last('x')).toEqual({});
  }
  writeFileSync(join(store.folder, 'last/x.json'), '{"a":{"options":null}}');
  expect(compareKeys(store.last('x')['a']!, parts)).toContainEqual({ part: 'options', before: 'null' });
});

test('what a run that was killed has left is removed, what a living one writes is not', () => {
  const { store } = filled();
  const mine = store.begin();
  const lock = store.tryLock(keyOf(parts))!;
  // Above Linux's largest process number, and our own number, but of a process that began at another time.
  const [machine] = ourselves.split('~');
  const dead = [`${machine}~4194305~1`, `${machine}~${process.pid}~1`];
  for (const owner of dead) {
    mkdirSync(join(store.folder, 'tmp', `${owner}~left`));
    writeFileSync(join(store.folder, 'locks', `key~${owner}`), owner);
    writeFileSync(join(store.folder, 'locks', owner.replaceAll('~', '')), owner);
  }
  removeLitter(store.folder);
  expect(readdirSync(join(store.folder, 'tmp'))).toEqual([basename(mine)]);
  expect(readdirSync(join(store.folder, 'locks'))).toEqual([keyOf(parts)]);
  lock.release();
  expect(readdirSync(join(store.folder, 'locks'))).toEqual([]);
});

test('writing JSON leaves nothing but the file', () => {
  const { store } = filled();
  store.writeJson(join(store.folder, 'x/y.json'), { a: 1 }, 2);
  expect(readFileSync(join(store.folder, 'x/y.json'), 'utf8')).toBe('{\n  "a": 1\n}\n');
  expect(readdirSync(join(store.folder, 'tmp'))).toEqual([]);
});

const otherFileSystem = ['/dev/shm'].find(
  (path) => existsSync(path) && statSync(path).dev !== statSync(tmpdir()).dev,
);
if (otherFileSystem === undefined) console.warn('skipped: there is no other file system to write to');

test.skipIf(otherFileSystem === undefined)('JSON is written to another file system, too', async () => {
  const { store } = filled();
  const folder = mkdtempSync(join(otherFileSystem!, 'sluice-'));
  try {
    store.writeJson(join(folder, 'x/run.json'), { a: 1 });
    expect(readdirSync(join(folder, 'x'))).toEqual(['run.json']);
    expect(readFileSync(join(folder, 'x/run.json'), 'utf8')).toBe('{"a":1}\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

import { linkSync, renameSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { DigestCache } from '../../../pipeline/store/digest-cache.ts';
import { digestOf } from '../../../pipeline/digest.ts';
import { temporaryFolder } from '../../folder.ts';

/** A file that is old enough to be remembered, and what is remembered of it in the next run. */
async function remembered() {
  const folder = temporaryFolder();
  const path = join(folder, 'file');
  writeFileSync(path, 'hello');
  await setTimeout(50);
  const first = DigestCache.load(join(folder, 'none'));
  expect((await first.of(path)).sha256).toBe(digestOf('hello'));
  const next = (): DigestCache => {
    writeFileSync(join(folder, 'digests.json'), JSON.stringify(first));
    return DigestCache.load(join(folder, 'digests.json'));
  };
  return { path, folder, first, next };
}

test('a file that is found as it was is not read again', async () => {
  const { path, folder, first } = await remembered();
  // What stands in the cache is believed, which tells that the file was not looked into.
  const lying = JSON.parse(JSON.stringify(first).replace(digestOf('hello'), digestOf('other'))) as object;
  writeFileSync(join(folder, 'digests.json'), JSON.stringify(lying));
  const cache = DigestCache.load(join(folder, 'digests.json'));
  expect((await cache.of(path)).sha256).toBe(digestOf('other'));
  expect(cache.changed).toBe(false);
});

test.each([
  ['other bytes', (path: string) => writeFileSync(path, 'hellO')],
  ['more bytes', (path: string) => writeFileSync(path, 'hello!')],
  [
    'another file in its place, as old',
    (path: string) => {
      const { atime, mtime } = statSync(path);
      writeFileSync(`${path}.new`, 'hellO');
      utimesSync(`${path}.new`, atime, mtime);
      renameSync(`${path}.new`, path);
    },
  ],
])('%s are seen', async (_, change) => {
  const { path, next } = await remembered();
  change(path);
  const { sha256 } = await next().of(path);
  expect(sha256).not.toBe(digestOf('hello'));
});

test('a file that was changed a moment ago is not remembered', async () => {
  const { path, first } = await remembered();
  writeFileSync(path, 'again');
  await first.of(path);
  expect(first.isKnown(path, digestOf('again'))).toBe(false);
});

test('nor is one that only looks as if it were older', async () => {
  const { path, first } = await remembered();
  writeFileSync(path, 'again');
  utimesSync(path, 1, 1);
  await first.of(path);
  expect(first.isKnown(path, digestOf('again'))).toBe(false);
});

test('a link to a file that is known leaves it known', async () => {
  const { path, first } = await remembered();
  await setTimeout(20);
  first.keeping(path, () => linkSync(path, `${path}.link`));
  expect(first.isKnown(path, digestOf('hello'))).toBe(true);
  linkSync(path, `${path}.second`);
  expect(first.isKnown(path, digestOf('hello'))).toBe(false);
});

test('a cache that is damaged is empty', () => {
  const path = join(temporaryFolder(), 'digests.json');
  for (const text of ['', '{', 'null', '[]', `{${JSON.stringify(path)}:null}`]) {
    writeFileSync(path, text);
    expect(DigestCache.load(path).isKnown(path, digestOf(text))).toBe(false);
  }
});

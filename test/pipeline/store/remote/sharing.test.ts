import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { digestOf } from '../../../../pipeline/digest.ts';
import { objectsOf, unseal, type Entry } from '../../../../pipeline/store/entry.ts';
import type { Key } from '../../../../pipeline/key.ts';
import { FolderRemote } from '../../../../pipeline/store/remote/folder.ts';
import { SharedStore } from '../../../../pipeline/store/remote/shared-store.ts';
import { shareWith } from '../../../../pipeline/store/remote/sharing.ts';
import type { Lookup } from '../../../../pipeline/store/store.ts';
import { temporaryFolder } from '../../../folder.ts';
import { fill, storeIn } from '../filled.ts';

/** The store of one machine, of which nothing but what is shared reaches the others. */
function machine(remote: string) {
  const local = storeIn(join(temporaryFolder(), 'store'));
  const warnings: string[] = [];
  const shared = new SharedStore({
    remote: new FolderRemote('shared', remote),
    readOnly: false,
    warn: (message) => void warnings.push(message),
    signal: new AbortController().signal,
  });
  const committed: Key[] = [];
  const lookUp = async (key: Key): Promise<Lookup> => {
    const path = join(local.folder, 'entries', `${key}.json`);
    const entry = existsSync(path) ? unseal(key, readFileSync(path, 'utf8')) : undefined;
    if (entry === undefined) return { found: 'nothing' };
    const whole = objectsOf(entry).every((digest) => existsSync(local.objectPath(digest)));
    return whole ? { found: 'whole', entry } : { found: 'damaged', why: 'an object is gone' };
  };
  const store = {
    ...local,
    lookUp,
    commit: (key: Key) => void committed.push(key),
    lock: () => expect.fail('nothing here locks'),
    tryLock: () => expect.fail('nothing here locks'),
  };
  return { local, shared, warnings, committed, store: shareWith(store, shared) };
}

/** A step that one machine ran, and whose result was sent. */
async function made(remote: string): Promise<{ key: Key; entry: Entry }> {
  const { local, shared, store, committed } = machine(remote);
  const { key, entry } = fill(local.folder, { contents: { out: 'hello' } });
  store.commit(key, entry);
  await shared.finish();
  expect(committed).toEqual([key]);
  return { key, entry };
}

test('what one machine has made is found on another one, and lies there then', async () => {
  const remote = temporaryFolder();
  const { key, entry } = await made(remote);
  const other = machine(remote);
  expect(await other.store.lookUp(key)).toEqual({ found: 'whole', entry });
  expect(readFileSync(other.local.objectPath(digestOf('hello')), 'utf8')).toBe('hello');
  rmSync(remote, { recursive: true });
  expect(await other.store.lookUp(key)).toEqual({ found: 'whole', entry });
  expect(other.warnings).toEqual([]);
});

test('what was damaged here comes anew from there', async () => {
  const remote = temporaryFolder();
  const { key, entry } = await made(remote);
  const other = machine(remote);
  await other.store.lookUp(key);
  rmSync(other.local.objectPath(digestOf('hello')));
  expect(await other.store.lookUp(key)).toEqual({ found: 'whole', entry });
});

test('what is neither here nor there, or not whole there, is not found', async () => {
  const remote = temporaryFolder();
  const { key } = await made(remote);
  const other = machine(remote);
  expect(await other.store.lookUp(digestOf('other') as Key)).toEqual({ found: 'nothing' });
  expect(other.warnings).toEqual([]);
  rmSync(storeIn(remote).objectPath(digestOf('hello')));
  writeFileSync(storeIn(remote).objectPath(digestOf('hello')), 'hullo');
  expect(await other.store.lookUp(key)).toEqual({ found: 'nothing' });
  expect(other.warnings.length).toBe(1);
});

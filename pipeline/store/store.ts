import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DigestCache } from './digest-cache.ts';
import type { Digest } from '../digest.ts';
import { objectsOf, seal, unseal, type Entry } from './entry.ts';
import type { Key, KeyParts } from '../key.ts';
import { lock, tryLock, type Lock } from './lock.ts';
import { describeHolder, ourselves } from './owner.ts';

export type Lookup =
  | { readonly found: 'whole'; readonly entry: Entry }
  | { readonly found: 'damaged'; readonly why: string }
  | { readonly found: 'nothing' };

/**
 * Step outputs by content, and entries by key, in a folder. Everything appears by rename, whole or not at all, and
 * is checked against its digest before it is used: a run that is killed leaves at most litter in `tmp` and `locks`.
 */
export class Store {
  readonly folder: string;
  readonly digests: DigestCache;

  constructor(folder: string) {
    this.folder = folder;
    this.digests = DigestCache.load(join(folder, 'digests.json'));
  }

  /** Where the content with this digest lies, if it is stored. */
  objectPath(digest: Digest): string {
    return join(this.folder, 'objects', digest.slice(0, 2), digest.slice(2));
  }

  entryPath(key: Key): string {
    return join(this.folder, 'entries', `${key}.json`);
  }

  /** The entry of a key, if every one of its objects is found to have its digest. */
  async lookUp(key: Key): Promise<Lookup> {
    const text = readIfThere(this.entryPath(key));
    if (text === undefined) return { found: 'nothing' };
    const entry = unseal(key, text);
    if (entry === undefined)
      return { found: 'damaged', why: `${this.entryPath(key)} is not what was written` };
    for (const digest of objectsOf(entry)) {
      const path = this.objectPath(digest);
      try {
        const { sha256 } = await this.digests.of(path);
        if (sha256 !== digest) return { found: 'damaged', why: `${path} has other content` };
      } catch (error) {
        return { found: 'damaged', why: (error as Error).message };
      }
    }
    return { found: 'whole', entry };
  }

  /** Takes note that an entry was of use, for who frees space by age. */
  touch(key: Key): void {
    const path = this.entryPath(key);
    const now = new Date();
    const used = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (used !== undefined && now.getTime() - used > TOUCH_INTERVAL) utimesSync(path, now, now);
  }

  /** A new folder to write in. It is litter until its files are kept. */
  begin(): string {
    const folder = join(this.folder, 'tmp', `${ourselves}~${randomUUID()}`);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** Moves a file, whose digest was taken when it was whole, into the store. */
  keep(path: string, digest: { sha256: Digest; bytes: number }, isExecutable = false): void {
    const object = this.objectPath(digest.sha256);
    // An edit of a result, which may be a link to it, must not damage the store.
    const mode = isExecutable ? 0o555 : 0o444;
    if (this.digests.isKnown(object, digest.sha256)) {
      if (isExecutable) this.digests.keeping(object, () => chmodSync(object, mode));
      return rmSync(path); // what is there stays: results may be links to it
    }
    mkdirSync(dirname(object), { recursive: true });
    chmodSync(path, mode);
    renameSync(path, object);
    this.digests.add(object, digest);
  }

  /** Makes a step's kept outputs the ones that its key finds. */
  commit(key: Key, entry: Entry): void {
    this.writeJson(this.entryPath(key), seal(key, entry));
  }

  /** Waits until no other run is at work on a key; `waits` is told who is, in words. `undefined` if `signal` aborts before. */
  lock(key: Key, waits: (holder: string) => void, signal: AbortSignal): Promise<Lock | undefined> {
    return lock(this.#lockPath(key), (holder) => waits(describeHolder(holder)), signal);
  }

  /** The same, unless another run is at work on it. */
  tryLock(key: Key): Lock | undefined {
    const taken = tryLock(this.#lockPath(key));
    return 'release' in taken ? taken : undefined;
  }

  #lockPath(key: Key): string {
    const folder = join(this.folder, 'locks');
    mkdirSync(folder, { recursive: true });
    return join(folder, key);
  }

  /** The keys that an experiment's steps had when they last ran or hit, for telling what has changed since. */
  last(experiment: string): Readonly<Record<string, KeyParts>> {
    try {
      const text = readIfThere(this.#lastPath(experiment)) ?? '{}';
      return (JSON.parse(text) as Record<string, KeyParts> | null) ?? {};
    } catch {
      return {}; // it only explains
    }
  }

  /** Gives whether any of them is another one than before. */
  setLast(experiment: string, parts: Readonly<Record<string, KeyParts>>): boolean {
    const before = this.last(experiment);
    const isSame = (name: string): boolean => JSON.stringify(before[name]) === JSON.stringify(parts[name]);
    if (Object.keys(parts).every(isSame)) return false;
    this.writeJson(this.#lastPath(experiment), { ...before, ...parts });
    return true;
  }

  #lastPath(experiment: string): string {
    return join(this.folder, 'last', `${experiment}.json`);
  }

  /** Writes the digests that were taken down, for the next run. */
  saveDigests(): void {
    if (this.digests.changed) this.writeJson(join(this.folder, 'digests.json'), this.digests);
  }

  /** Writes a file of JSON, in the store's folder or elsewhere, whole or not at all. */
  writeJson(path: string, value: unknown, indent = 0): void {
    this.write(path, `${JSON.stringify(value, null, indent)}\n`);
  }

  /** Writes a file of text in the same way. */
  write(path: string, text: string): void {
    const folder = join(this.folder, 'tmp');
    mkdirSync(folder, { recursive: true });
    mkdirSync(dirname(path), { recursive: true });
    const temporary = join(folder, `${ourselves}~${randomUUID()}`);
    try {
      writeFileSync(temporary, text);
      move(temporary, path);
    } finally {
      rmSync(temporary, { force: true });
    }
  }
}

/** An entry is touched when it is of use, but not more often than this, in milliseconds. */
const TOUCH_INTERVAL = 3_600_000;

/** Renames a file, to another file system too. */
function move(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    const near = `${to}.part`;
    copyFileSync(from, near);
    renameSync(near, to);
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

import { readdirSync, readFileSync, statSync, type Dirent } from 'node:fs';
import { join } from 'node:path';
import { isDigest, type Digest } from '../digest.ts';
import { objectsOf, unseal, type Entry } from './entry.ts';
import type { Key } from '../key.ts';

/** An entry as it lies in a store. */
export interface StoredEntry {
  readonly key: Key;
  readonly path: string;
  readonly entry: Entry;
  /** When a run last made use of it. */
  readonly used: Date;
}

/** What a store holds, by its files' names; no object was read. */
export interface Inventory {
  readonly entries: readonly StoredEntry[];
  /** Files among the entries that are not what was written. */
  readonly damaged: readonly string[];
  /** Of every object that is there, its path and its size in bytes. */
  readonly objects: ReadonlyMap<Digest, { readonly path: string; readonly bytes: number }>;
}

/** Takes stock. Runs may be at work: what goes meanwhile is passed over. */
export function takeInventory(store: string): Inventory {
  const entries: StoredEntry[] = [];
  const damaged: string[] = [];
  for (const { name } of list(join(store, 'entries'))) {
    const path = join(store, 'entries', name);
    const key = name.replace(/\.json$/, '') as Key;
    const used = statSync(path, { throwIfNoEntry: false })?.mtime;
    const entry = used && unseal(key, readFileSync(path, 'utf8'));
    if (entry) entries.push({ key, path, entry, used });
    else if (used) damaged.push(path);
  }
  return { entries, damaged, objects: listObjects(join(store, 'objects')) };
}

/** How many bytes some entries' objects take, each object once; those that are not there take none. */
export function bytesOf(entries: readonly StoredEntry[], { objects }: Pick<Inventory, 'objects'>): number {
  const digests = new Set(entries.flatMap(({ entry }) => objectsOf(entry)));
  return [...digests].reduce((sum, digest) => sum + (objects.get(digest)?.bytes ?? 0), 0);
}

function listObjects(folder: string): Inventory['objects'] {
  const objects = new Map<Digest, { path: string; bytes: number }>();
  for (const { name: start } of list(folder)) {
    for (const { name: end } of list(join(folder, start))) {
      const digest = start + end;
      const path = join(folder, start, end);
      const stat = statSync(path, { throwIfNoEntry: false });
      if (isDigest(digest) && stat) objects.set(digest, { path, bytes: stat.size });
    }
  }
  return objects;
}

/** What is in a folder; nothing, if there is none. */
export function list(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code!)) return [];
    throw error;
  }
}

import { existsSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { list } from './inventory.ts';
import { removeLitter } from './litter.ts';
import { ourselves } from './owner.ts';
import type { Removal } from './removal.ts';

/**
 * Removes what goes, and litter. Killed at any instant, it leaves a right store: entries go before their objects. Nothing else
 * may be at work in the store.
 */
export function collectGarbage(store: string, { entries, damaged, objects, records }: Removal): void {
  for (const path of [...entries.map(({ entry }) => entry.path), ...damaged]) rmSync(path, { force: true });
  for (const { path } of objects) rmSync(path, { force: true });
  for (const { path } of records) rmSync(path, { force: true });
  removeLitter(store);
  removeEmptyFolders(join(store, 'objects'));
  forgetParsed(join(store, 'parsed'));
  forgetDigests(store);
}

function removeEmptyFolders(folder: string): void {
  for (const { name } of list(folder))
    if (list(join(folder, name)).length === 0) rmdirSync(join(folder, name));
}

/** How long a parsed experiment is of use, in milliseconds: another one is made in no time. */
const PARSED_FOR = 30 * 86_400_000;

function forgetParsed(folder: string): void {
  for (const { name } of list(folder)) {
    const path = join(folder, name);
    if (Date.now() - statSync(path).mtimeMs > PARSED_FOR) rmSync(path);
  }
}

/** Forgets the digests of files that are no longer there. */
function forgetDigests(store: string): void {
  const path = join(store, 'digests.json');
  if (!existsSync(path)) return;
  const temporary = join(store, 'tmp', `${ourselves}~digests`);
  writeFileSync(temporary, keepExisting(readFileSync(path, 'utf8')));
  renameSync(temporary, path);
}

function keepExisting(text: string): string {
  try {
    const known = Object.entries(JSON.parse(text) as object);
    return `${JSON.stringify(Object.fromEntries(known.filter(([file]) => existsSync(file))))}\n`;
  } catch {
    return '{}\n'; // damaged: each digest is taken once more
  }
}

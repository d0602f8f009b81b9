import { chmodSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { canonicalJson, digestOf, type Digest } from '../../../pipeline/digest.ts';
import { seal, type Entry } from '../../../pipeline/store/entry.ts';
import { keyOf, type Key, type KeyParts } from '../../../pipeline/key.ts';

/** A store's folder as the runner lays it out. */
export const storeIn = (folder: string) => ({
  folder,
  objectPath: (digest: Digest): string => join(folder, 'objects', digest.slice(0, 2), digest.slice(2)),
});

/** What a step is said to have written: a file, or a folder's files. */
export type Contents = Readonly<Record<string, string | Readonly<Record<string, string>>>>;

export interface Filling {
  readonly experiment?: string;
  readonly step?: string;
  readonly contents: Contents;
  readonly used?: Date;
}

/** Puts an entry of a step, whose command is its name, with its objects into a store. */
export function fill(
  folder: string,
  { experiment = 'sample', step = 'decode', contents, used = new Date() }: Filling,
): { key: Key; entry: Entry; path: string } {
  const parts: KeyParts = { format: 2, command: `${experiment} ${step}`, inputs: {}, outputs: { out: '' } };
  const outputs = Object.fromEntries(
    Object.entries(contents).map(([name, content]) => [name, keep(folder, content)]),
  );
  const entry: Entry = {
    parts,
    outputs,
    seconds: 2,
    made: { experiment, step, at: '2026-01-02T03:04:05.678Z' },
  };
  const key = keyOf(parts);
  const path = join(folder, 'entries', `${key}.json`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(seal(key, entry)));
  utimesSync(path, used, used);
  return { key, entry, path };
}

function keep(folder: string, content: Contents[string]): Entry['outputs'][string] {
  if (typeof content === 'string')
    return { sha256: keepFile(folder, content), bytes: Buffer.byteLength(content) };
  const files = Object.fromEntries(
    Object.entries(content).map(([name, text]) => [name, keepFile(folder, text)]),
  );
  const bytes = Object.values(content).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  return { sha256: digestOf(canonicalJson(files)), bytes, files };
}

function keepFile(folder: string, content: string): Digest {
  const digest = digestOf(content);
  const path = storeIn(folder).objectPath(digest);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { mode: 0o644 });
  chmodSync(path, 0o444);
  return digest;
}

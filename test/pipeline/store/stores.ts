import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { canonicalJson, digestOf, type Digest } from '../../../pipeline/digest.ts';
import { keyOf, type Key, type KeyParts } from '../../../pipeline/key.ts';
import type { Entry, Stored } from '../../../pipeline/store/entry.ts';
import { Store } from '../../../pipeline/store/store.ts';
import { temporaryFolder } from '../../folder.ts';

export const parts: KeyParts = { format: 2, command: 'x', inputs: {}, outputs: { out: '' } };

export const made = { experiment: 'x', step: 'a', at: '2026-01-01T00:00:00.000Z' };

/** A store with one entry, of these outputs: text is a file, a map of texts a folder. */
export function filledStore(outputs: Readonly<Record<string, string | Readonly<Record<string, string>>>>): {
  store: Store;
  key: Key;
  entry: Entry;
} {
  const store = new Store(join(temporaryFolder(), 'store'));
  const work = store.begin();
  const keep = (text: string): { sha256: Digest; bytes: number } => {
    const path = join(work, 'file');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    const digest = { sha256: digestOf(text), bytes: Buffer.byteLength(text) };
    store.keep(path, digest);
    return digest;
  };
  const stored = Object.entries(outputs).map(([name, content]): [string, Stored] => {
    if (typeof content === 'string') return [name, keep(content)];
    const files = Object.fromEntries(
      Object.entries(content).map(([file, text]) => [file, keep(text).sha256]),
    );
    return [name, { sha256: digestOf(canonicalJson(files)), bytes: 0, files }];
  });
  const entry: Entry = { parts, outputs: Object.fromEntries(stored), seconds: 1, made };
  store.commit(keyOf(parts), entry);
  rmSync(work, { recursive: true });
  return { store, key: keyOf(parts), entry };
}

import { rmSync } from 'node:fs';
import { digestFile, type Digest } from '../digest.ts';
import { objectsOf } from './entry.ts';
import { takeInventory, type Inventory, type StoredEntry } from './inventory.ts';
import { limitConcurrency } from './limit.ts';

/** Something in a store that is not as it was written. */
export interface Damage {
  readonly path: string;
  readonly why: string;
  /** Whose it is, as `EXPERIMENT/STEP`: of a damaged entry that can't be known, and of an object it may be nobody's. */
  readonly steps: readonly string[];
}

export interface Verification {
  readonly entries: number;
  readonly objects: number;
  readonly bytes: number;
  readonly damage: readonly Damage[];
}

/**
 * Reads everything in a store, and removes what is damaged, with the entries that need it: their steps run again.
 * Nothing else may be at work in the store.
 */
export async function verify(store: string): Promise<Verification> {
  const inventory = takeInventory(store);
  const bad = await readObjects(inventory);
  const users = new Map<Digest, StoredEntry[]>();
  for (const stored of inventory.entries)
    for (const digest of objectsOf(stored.entry)) {
      if (!inventory.objects.has(digest)) bad.set(digest, 'is missing');
      if (bad.has(digest)) users.set(digest, [...(users.get(digest) ?? []), stored]);
    }
  // The entries first: killed in the middle, this leaves none whose object is known to be bad.
  for (const path of inventory.damaged) rmSync(path);
  for (const { path } of new Set([...users.values()].flat())) rmSync(path);
  for (const digest of bad.keys()) {
    const object = inventory.objects.get(digest);
    if (object) rmSync(object.path, { force: true });
  }
  return {
    entries: inventory.entries.length + inventory.damaged.length,
    objects: inventory.objects.size,
    bytes: [...inventory.objects.values()].reduce((sum, { bytes }) => sum + bytes, 0),
    damage: [
      ...inventory.damaged.map((path): Damage => ({ path, why: 'is not what was written', steps: [] })),
      ...[...bad].map(([digest, why]): Damage => {
        const steps = (users.get(digest) ?? []).map(nameOf).toSorted();
        return { path: inventory.objects.get(digest)?.path ?? `object ${digest}`, why, steps };
      }),
    ],
  };
}

/** The step that made an entry. */
export const nameOf = ({ entry: { made } }: StoredEntry): string => `${made.experiment}/${made.step}`;

/** How many files are read at the same time. */
const AT_ONCE = 4;

/** The objects whose content is not the one that they are named after, and why it can't be. */
async function readObjects({ objects }: Inventory): Promise<Map<Digest, string>> {
  const slots = limitConcurrency(AT_ONCE);
  const bad = new Map<Digest, string>();
  const reading = [...objects].map(([digest, { path }]) =>
    slots(async () => {
      try {
        const { sha256 } = await digestFile(path);
        if (sha256 !== digest) bad.set(digest, `has other content, of sha256 ${sha256}`);
      } catch (error) {
        bad.set(digest, `can't be read: ${(error as Error).message}`);
      }
    }),
  );
  await Promise.all(reading);
  return bad;
}

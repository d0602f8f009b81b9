import type { Digest } from '../digest.ts';
import { objectsOf } from './entry.ts';
import { bytesOf, takeInventory, type Inventory, type StoredEntry } from './inventory.ts';
import type { Key } from '../key.ts';
import { listRecords, type StoredRecord } from './run-records.ts';

/** What may go, besides what no entry needs. */
export interface Criteria {
  /** Entries that were not of use after that, and records of runs before it. */
  readonly usedBefore?: Date | undefined;
  /** The least recently used entries, until the others' objects take no more bytes. */
  readonly maxBytes?: number | undefined;
  /** Entries that stay in any case. */
  readonly keep: ReadonlySet<Key>;
  /** Experiments whose records stay; of the others the last one does. */
  readonly keepRecords: ReadonlySet<string>;
}

/** What goes, or has gone. */
export interface Removal {
  readonly entries: readonly {
    readonly entry: StoredEntry;
    readonly why: 'unused' | 'size' | 'incomplete';
  }[];
  /** Entries that are not what was written. */
  readonly damaged: readonly string[];
  readonly objects: readonly { readonly path: string; readonly bytes: number }[];
  readonly records: readonly StoredRecord[];
  readonly left: { readonly entries: number; readonly bytes: number };
}

/** Decides what goes of a store. What stays is whole, as far as it can be known without reading every object. */
export function planRemoval(store: string, criteria: Criteria): Removal {
  const inventory = takeInventory(store);
  const { left, entries } = chooseEntries(inventory, criteria);
  const needed = new Set(left.flatMap(({ entry }) => objectsOf(entry)));
  return {
    entries,
    damaged: inventory.damaged,
    objects: [...inventory.objects].flatMap(([digest, object]) => (needed.has(digest) ? [] : [object])),
    records: chooseRecords(listRecords(store), criteria),
    left: { entries: left.length, bytes: bytesOf(left, inventory) },
  };
}

type Chosen = { left: StoredEntry[]; entries: Removal['entries'][number][] };

function chooseEntries(inventory: Inventory, { usedBefore, maxBytes, keep }: Criteria): Chosen {
  const entries: Chosen['entries'] = [];
  let left = inventory.entries.toSorted((a, b) => a.used.getTime() - b.used.getTime());
  const drop = (why: Removal['entries'][number]['why'], goes: (entry: StoredEntry) => boolean): void => {
    const going = new Set(left.filter(goes));
    entries.push(...[...going].map((entry) => ({ entry, why })));
    left = left.filter((entry) => !going.has(entry));
  };
  drop('incomplete', ({ entry }) => !objectsOf(entry).every((digest) => inventory.objects.has(digest)));
  if (usedBefore) drop('unused', ({ key, used }) => used < usedBefore && !keep.has(key));
  if (maxBytes !== undefined) {
    const goes = leastRecentlyUsed(left, { inventory, maxBytes, keep });
    drop('size', (entry) => goes.has(entry));
  }
  return { left, entries };
}

/** The first of some entries, so many that the objects of the others take at most `maxBytes`. */
function leastRecentlyUsed(
  entries: readonly StoredEntry[],
  { inventory, maxBytes, keep }: { inventory: Inventory; maxBytes: number; keep: ReadonlySet<Key> },
): Set<StoredEntry> {
  const users = new Map<Digest, number>();
  for (const digest of entries.flatMap(({ entry }) => objectsOf(entry)))
    users.set(digest, (users.get(digest) ?? 0) + 1);
  let bytes = bytesOf(entries, inventory);
  const goes = new Set<StoredEntry>();
  for (const entry of entries) {
    if (bytes <= maxBytes) break;
    if (keep.has(entry.key)) continue;
    goes.add(entry);
    for (const digest of objectsOf(entry.entry)) {
      const others = users.get(digest)! - 1;
      users.set(digest, others);
      if (others === 0) bytes -= inventory.objects.get(digest)!.bytes;
    }
  }
  return goes;
}

function chooseRecords(
  records: readonly StoredRecord[],
  { usedBefore, keepRecords }: Criteria,
): StoredRecord[] {
  const last = new Map(records.map((record) => [record.experiment, record]));
  return records.filter(
    (record) =>
      usedBefore !== undefined &&
      record.started < usedBefore &&
      record !== last.get(record.experiment) &&
      !keepRecords.has(record.experiment),
  );
}

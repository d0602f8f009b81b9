import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { collectGarbage } from '../../pipeline/store/gc.ts';
import { bytesOf, takeInventory } from '../../pipeline/store/inventory.ts';
import type { Key } from '../../pipeline/key.ts';
import { describeHolder } from '../../pipeline/store/owner.ts';
import { planRemoval, type Criteria } from '../../pipeline/store/removal.ts';
import { lastKeys, listRecords } from '../../pipeline/store/run-records.ts';
import { exclusively } from '../../pipeline/store/store-lock.ts';
import { verify } from '../../pipeline/store/verify.ts';
import { StageError } from '../error.ts';
import { suggest } from '../nearest.ts';
import { readCacheOptions, type CacheOptions } from './cache-options.ts';
import { entryJson, removalJson, tellEntries, tellRemoval, tellVerification } from './cache-text.ts';
import { writeText } from './output.ts';

/** `sluice cache ls|verify|gc|push`. Gives the exit code: 1 if something is damaged, a run is at work, or not all was sent. */
export async function cacheCommand(args: string[], signal: AbortSignal): Promise<number> {
  const options = await readCacheOptions(args);
  if (options === undefined) return 0;
  if (!existsSync(options.store)) {
    const hint = 'a run makes it in the folder that it is run in; --store names another one';
    throw new StageError('NOT_FOUND', `no store there: ${shown(options.store)}`, { hint });
  }
  if (options.action === 'ls') return listStore(options);
  if (options.action === 'push') return (await import('./cache-push.ts')).pushStore(options, signal);
  const criteria = options.action === 'gc' ? readCriteria(options) : undefined;
  const act = async (): Promise<number> =>
    criteria === undefined ? verifyStore(options) : cleanStore(options, criteria);
  const outcome = await exclusively(options.store, act);
  if ('done' in outcome) return outcome.done;
  const holders = outcome.holders.map(describeHolder).join(', ');
  process.stderr.write(`${holders} is at work in ${shown(options.store)}; nothing was done\n`);
  return 1;
}

async function listStore({ store, json, sort }: CacheOptions): Promise<number> {
  const inventory = takeInventory(store);
  const listed = inventory.entries.map((stored) => ({ ...stored, bytes: bytesOf([stored], inventory) }));
  const sorted = listed.toSorted((a, b) =>
    sort === 'size' ? b.bytes - a.bytes : b.used.getTime() - a.used.getTime(),
  );
  const bytes = bytesOf(inventory.entries, inventory);
  await writeText(json ? toJson({ entries: sorted.map(entryJson), bytes }) : tellEntries(sorted, bytes));
  return 0;
}

async function verifyStore({ store, json }: CacheOptions): Promise<number> {
  const found = await verify(store);
  await writeText(json ? toJson(found) : tellVerification(found));
  return found.damage.length > 0 ? 1 : 0;
}

async function cleanStore({ store, json, dryRun }: CacheOptions, criteria: Criteria): Promise<number> {
  const removal = planRemoval(store, criteria);
  if (!dryRun) collectGarbage(store, removal);
  await writeText(json ? toJson(removalJson(removal)) : tellRemoval(removal, { dryRun, ...criteria }));
  return 0;
}

/** Throws `USAGE` for an experiment of which no run is recorded: a slip of the pen would cost what was to be kept. */
function readCriteria({ store, olderThan, maxSize, keep }: CacheOptions): Criteria {
  const records = listRecords(store);
  const experiments = [...new Set(records.map(({ experiment }) => experiment))];
  const unknown = keep.find((name) => !experiments.includes(name));
  if (unknown !== undefined) {
    const hint = suggest(unknown, experiments);
    throw new StageError('USAGE', `--keep ${unknown}: no run of that experiment is recorded`, { hint });
  }
  return {
    usedBefore: olderThan === undefined ? undefined : new Date(Date.now() - olderThan * 1000),
    maxBytes: maxSize,
    keep: new Set<Key>(keep.flatMap((name) => [...lastKeys(records, name)])),
    keepRecords: new Set(keep),
  };
}

const toJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const shown = (path: string): string => relative('', path) || '.';

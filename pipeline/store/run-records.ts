import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { list } from './inventory.ts';
import type { Key } from '../key.ts';

/** A record of a run in a store, as its file's name tells. */
export interface StoredRecord {
  readonly path: string;
  readonly experiment: string;
  readonly started: Date;
}

/** The records of all runs, the earliest first. */
export function listRecords(store: string): StoredRecord[] {
  return list(join(store, 'runs'))
    .flatMap(({ name }) => {
      const [, day, hour, minute, second, experiment] = NAME.exec(name) ?? [];
      if (experiment === undefined) return [];
      const started = new Date(`${day}T${hour}:${minute}:${second}`);
      return [{ path: join(store, 'runs', name), experiment, started }];
    })
    .toSorted((a, b) => a.started.getTime() - b.started.getTime());
}

/** `2026-01-02T03-04-05.678Z-EXPERIMENT.json` */
const NAME = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3}Z)-(.+)\.json$/;

/**
 * The keys that an experiment's steps had when they last succeeded, in whichever run that was: a run of some steps only,
 * or one that failed, leaves what the others need.
 */
export function lastKeys(records: readonly StoredRecord[], experiment: string): Set<Key> {
  const keys = new Map<string, Key>();
  for (const { path } of records.filter((record) => record.experiment === experiment)) {
    for (const [step, { state, key }] of Object.entries(readSteps(path)))
      if ((state === 'ran' || state === 'hit') && typeof key === 'string') keys.set(step, key as Key);
  }
  return new Set(keys.values());
}

/** What a record tells of a step, as far as it is needed here. */
interface Step {
  readonly state?: unknown;
  readonly key?: unknown;
}

/** None, if the record is damaged: the others tell enough. */
function readSteps(path: string): Readonly<Record<string, Step>> {
  try {
    return (JSON.parse(readFileSync(path, 'utf8')) as { steps?: Record<string, Step> } | null)?.steps ?? {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { holderOf, isAlive, tryLock, type Lock } from './lock.ts';
import { isRunning } from './owner.ts';

/**
 * Says that a run is at work in a store, until it is released. Waits while something has the store for itself;
 * `waits` is told once who. `undefined` if `signal` aborts before.
 *
 * A run says so before it looks whether it has to wait, and who wants the store alone says so before looking for runs: at
 * least one of them sees the other.
 */
export async function enterStore(
  store: string,
  waits: (holder: string) => void,
  signal: AbortSignal,
): Promise<Lock | undefined> {
  const locks = locksOf(store);
  const present = tryLock(join(locks, `run-${randomUUID()}`)) as Lock; // nobody else has that name
  const alone = join(locks, ALONE);
  let told = false;
  for (let holder = holderOf(alone); holder !== undefined; holder = holderOf(alone)) {
    if (!isAlive(holder, alone)) break; // left by a process that was killed
    if (!told) waits(holder);
    told = true;
    await sleep(LOOK, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) continue;
    present.release();
    return undefined;
  }
  return present;
}

/** Does something in a store while nothing else is at work there; otherwise does nothing, and tells who is. */
export async function exclusively<T>(
  store: string,
  act: () => Promise<T>,
): Promise<{ readonly done: T } | { readonly holders: readonly string[] }> {
  const locks = locksOf(store);
  const taken = tryLock(join(locks, ALONE));
  if (!('release' in taken)) return { holders: [taken.holder] };
  try {
    const holders = [...holdersOfLocks(locks), ...writers(join(store, 'tmp'))];
    return holders.length > 0 ? { holders: [...new Set(holders)] } : { done: await act() };
  } finally {
    taken.release();
  }
}

const ALONE = 'gc';
/** Between two looks whether a store is free, in milliseconds. */
const LOOK = 20;

function locksOf(store: string): string {
  const locks = join(store, 'locks');
  mkdirSync(locks, { recursive: true });
  return locks;
}

function holdersOfLocks(locks: string): string[] {
  return readdirSync(locks).flatMap((name) => {
    if (name === ALONE || name.includes('~')) return []; // what has a ~ is a lock that is about to be
    const holder = holderOf(join(locks, name));
    return holder !== undefined && isAlive(holder, join(locks, name)) ? [holder] : [];
  });
}

/** Whose temporary files are there, of the processes that certainly run. */
function writers(tmp: string): string[] {
  mkdirSync(tmp, { recursive: true });
  return readdirSync(tmp)
    .map((name) => name.split('~').slice(0, 3).join('~'))
    .filter((owner) => isRunning(owner) === true);
}

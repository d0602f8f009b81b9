import { linkSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, ourselves } from './owner.ts';

/** Something that only one run does at a time, until `release`. */
export interface Lock {
  release(): void;
}

/** How long a holder on another machine may say nothing before it is taken for dead, and how often one says so, in ms. */
const SILENCE = 60_000;
const HEARTBEAT = 10_000;
/** Between two looks at a lock that another run holds, in ms: more from look to look. */
const [FIRST_LOOK, LONGEST_LOOK] = [5, 100];

/**
 * Takes the lock that a file stands for, or tells who holds it. It appears by a hard link, whole or not at all, with its
 * holder in it. That of a holder that has died is taken away first.
 */
export function tryLock(file: string): Lock | { readonly holder: string } {
  const own = `${file}~${ourselves}`;
  writeFileSync(own, ourselves);
  try {
    for (;;) {
      if (appears(own, file)) return held(file);
      const holder = holderOf(file);
      if (holder === undefined) continue;
      if (isAlive(holder, file)) return { holder };
      const other = takeAway(file, holder, own);
      if (other !== undefined) return { holder: other };
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/** Takes the lock as soon as it is free; `waits` is told once who holds it. `undefined` if `signal` aborts before. */
export async function lock(
  file: string,
  waits: (holder: string) => void,
  signal: AbortSignal,
): Promise<Lock | undefined> {
  let told = false;
  for (let pause = FIRST_LOOK; !signal.aborted; pause = Math.min(LONGEST_LOOK, pause * 2)) {
    const taken = tryLock(file);
    if ('release' in taken) return taken;
    if (!told) waits(taken.holder);
    told = true;
    await sleep(pause, undefined, { signal }).catch(() => undefined); // aborted: the loop ends
  }
  return undefined;
}

/** Who holds a lock; `undefined` if nobody does. */
export function holderOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether a holder still runs; of one on another machine, whether its lock was touched lately. */
export function isAlive(holder: string, file: string): boolean {
  const running = isRunning(holder);
  if (running !== undefined) return running;
  const touched = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - touched < SILENCE;
}

function held(file: string): Lock {
  const heartbeat = setInterval(() => {
    const now = new Date();
    try {
      utimesSync(file, now, now);
    } catch {
      clearInterval(heartbeat); // it was taken for dead, or somebody removed it: what it was for goes on without it
    }
  }, HEARTBEAT);
  heartbeat.unref();
  let isHeld = true;
  return {
    release: () => {
      if (isHeld) rmSync(file, { force: true }); // only once: it may be another's then
      isHeld = false;
      clearInterval(heartbeat);
    },
  };
}

/**
 * Takes a dead holder's lock away, unless it is another's meanwhile. Only one may at a time, as another lock tells (unless one
 * dies at it): whoever looked a moment ago would take away the lock of the next. Gives who is at it, if somebody else is.
 */
function takeAway(file: string, dead: string, own: string): string | undefined {
  const taking = `${file}~dead`;
  if (!appears(own, taking)) {
    const other = holderOf(taking);
    if (other !== undefined && isAlive(other, taking)) return other;
    rmSync(taking, { force: true }); // whoever was at it has died
    return undefined;
  }
  if (holderOf(file) === dead) rmSync(file, { force: true });
  rmSync(taking, { force: true });
  return undefined;
}

/** Whether a file could be given another name, that nothing had. */
function appears(file: string, name: string): boolean {
  try {
    linkSync(file, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
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
 * holder in it. That of a holder that has died is taken away first: two that find it dead at the same instant may both
 * come to hold it, which costs a step that is run twice, and nothing else.
 */
export function tryLock(file: string): Lock | { readonly holder: string } {
  const own = `${file}~${ourselves}`;
  writeFileSync(own, ourselves);
  try {
    for (;;) {
      try {
        linkSync(own, file);
        return held(file);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = holderOf(file);
      if (holder !== undefined && isAlive(holder, file)) return { holder };
      takeAway(file, holder);
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

/** Takes a dead holder's lock away, unless it is another's meanwhile. */
function takeAway(file: string, holder: string | undefined): void {
  const aside = `${file}~${ourselves}~dead`;
  try {
    renameSync(file, aside);
    if (holderOf(aside) !== holder) linkSync(aside, file);
  } catch (error) {
    if (!['ENOENT', 'EEXIST'].includes((error as NodeJS.ErrnoException).code!)) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

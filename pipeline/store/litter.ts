import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { holderOf, isAlive, tryLock } from './lock.ts';
import { isRunning } from './owner.ts';

/** How long what a run on another machine has left may lie there, in ms: whether it still runs can't be known here. */
const LONGEST_RUN = 7 * 24 * 3_600_000;

/** Removes what runs that are no longer alive have left in a store: temporary files, and locks. */
export function removeLitter(store: string): void {
  for (const path of list(join(store, 'tmp'))) {
    const running = isRunning(ownerIn(path) ?? '') ?? Date.now() - touched(path) < LONGEST_RUN;
    // Attempts, since a step whose runner was killed may be writing its last.
    if (!running) rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  }
  for (const path of list(join(store, 'locks'))) {
    const holder = ownerIn(path) ?? holderOf(path);
    if (holder === undefined || isAlive(holder, path)) continue;
    if (path.includes('~')) rmSync(path, { force: true });
    else free(path);
  }
}

/** Frees the lock of a holder that has died, unless another run has taken it meanwhile. */
function free(path: string): void {
  const taken = tryLock(path);
  if ('release' in taken) taken.release();
}

/** Whoever a file in `tmp` or beside a lock is of: its name holds `MACHINE~PID~BEGIN`, before or after another part. */
function ownerIn(path: string): string | undefined {
  return /[^/\\~]+~\d+~\d+/.exec(path)?.[0];
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

const touched = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

import { changedFiles, type Snapshot } from './snapshot.ts';

/** What waiting for a change needs of the world. */
export interface Ports {
  /** How the files are now. */
  readonly look: () => Snapshot;
  /** Ends once something may have happened to one of them. */
  readonly stirred: () => Promise<void>;
  /** Ends when whoever writes them has had some time to go on. */
  readonly pause: () => Promise<void>;
}

/** What has changed, and how the files are found then. */
export interface Change {
  readonly files: readonly string[];
  readonly now: Snapshot;
}

/**
 * Waits until files are not what they were `before` and, so that one run follows when many are saved or a large one is
 * written, until they have stayed the same for a pause. `undefined` when `signal` aborts.
 */
export async function nextChange(
  before: Snapshot,
  { look, stirred, pause }: Ports,
  signal: AbortSignal,
): Promise<Change | undefined> {
  let last = before;
  while (!signal.aborted) {
    const now = look();
    const files = changedFiles(before, now);
    if (files.length > 0 && changedFiles(last, now).length === 0) return { files, now };
    last = now;
    if (files.length === 0) await stirred();
    await pause();
  }
  return undefined;
}

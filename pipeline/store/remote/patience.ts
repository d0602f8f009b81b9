import { setTimeout as sleep } from 'node:timers/promises';

/** How long a remote is waited for, in milliseconds. */
export interface Patience {
  /** Without a byte that moves. */
  readonly silence: number;
  /** Before what failed is tried a second time. */
  readonly pause: number;
  /** For what is still to be sent when a run has ended. */
  readonly ending: number;
}

export const PATIENCE: Patience = { silence: 10_000, pause: 500, ending: 300_000 };

/** One try of something with a remote. */
export interface Transfer {
  /** Aborts when it has to stop. */
  readonly signal: AbortSignal;
  /** To be called whenever bytes have moved. */
  readonly alive: () => void;
}

/** Does something with a remote that may hang or fail, at most twice. Throws the second failure, or why `signal` aborted. */
export async function patiently<T>(
  act: (transfer: Transfer) => Promise<T>,
  signal: AbortSignal,
  { silence, pause }: Patience,
): Promise<T> {
  try {
    return await tryOnce(act, signal, silence);
  } catch {
    await sleep(pause, undefined, { signal });
    return tryOnce(act, signal, silence);
  }
}

async function tryOnce<T>(
  act: (transfer: Transfer) => Promise<T>,
  signal: AbortSignal,
  silence: number,
): Promise<T> {
  signal.throwIfAborted();
  const over = new AbortController();
  const hung = (): void => over.abort(new Error(`no answer within ${silence / 1000} s`));
  const timer = setTimeout(hung, silence);
  const either = AbortSignal.any([signal, over.signal]);
  // A race, since what hangs in the system, as a dead network folder does, obeys no signal.
  const stopped = new Promise<never>((_, reject) => {
    either.addEventListener('abort', () => reject(either.reason as Error), { once: true });
  });
  try {
    return await Promise.race([act({ signal: either, alive: () => timer.refresh() }), stopped]);
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

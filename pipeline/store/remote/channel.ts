import { patiently, type Patience, type Transfer } from './patience.ts';

/**
 * One direction of what goes on with a remote. The first thing in it that fails, though it was tried twice, is told once;
 * after that nothing is asked any more, and whatever is under way stops.
 */
export class Channel {
  readonly #closing = new AbortController();
  readonly #signal: AbortSignal;
  readonly #patience: Patience;
  readonly #tell: (cause: string) => void;

  constructor(signal: AbortSignal, patience: Patience, tell: (cause: string) => void) {
    this.#signal = AbortSignal.any([signal, this.#closing.signal]);
    this.#patience = patience;
    this.#tell = tell;
  }

  /** Aborts when nothing is asked any more. */
  get signal(): AbortSignal {
    return this.#signal;
  }

  /** What the remote answers; `undefined` also if it fails, or failed before. */
  async ask<T>(act: (transfer: Transfer) => Promise<T>): Promise<T | undefined> {
    try {
      return await patiently(act, this.#signal, this.#patience);
    } catch (error) {
      this.close((error as Error).message);
      return undefined;
    }
  }

  /** Stops everything and tells why, unless that has happened. */
  close(cause: string): void {
    if (this.#signal.aborted) return;
    this.#closing.abort();
    this.#tell(cause);
  }
}

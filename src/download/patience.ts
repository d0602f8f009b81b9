/** How long to wait for a server, and how often to ask it. Times are in milliseconds. */
export interface Patience {
  /** Tries in a row without a byte of progress. */
  readonly attempts: number;
  readonly firstDelay: number;
  /** Caps the wait, also the one that a server asks for. */
  readonly longestDelay: number;
  /** How long a connection may stay without a byte. */
  readonly idle: number;
}

export const usualPatience: Patience = { attempts: 5, firstDelay: 1000, longestDelay: 60_000, idle: 30_000 };

/**
 * How long to wait after the failed try number `attempt` (from 1): what the server asked for, or else twice as long
 * each time. Up to a quarter more by chance, so that many clients don't come back at the same instant.
 */
export function delayAfter(attempt: number, patience: Patience, retryAfter?: number): number {
  const delay = retryAfter ?? patience.firstDelay * 2 ** (attempt - 1);
  return Math.min(delay * (1 + Math.random() / 4), patience.longestDelay);
}

/** The header `Retry-After`, seconds or a date (RFC 9110, 10.2.3), as milliseconds from `now`. */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

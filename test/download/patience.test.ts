import { expect, test } from 'vitest';
import { delayAfter, parseRetryAfter } from '../../src/download/patience.ts';

const patience = { attempts: 3, firstDelay: 1000, longestDelay: 60_000, idle: 30_000 };

test('the wait is as long as Retry-After says, but not longer than the limit', () => {
  expect(delayAfter(1, patience, 7000)).toSatisfy((delay: number) => delay >= 7000 && delay <= 8750);
  expect(delayAfter(1, patience, 3_600_000)).toBe(60_000);
});

test('Retry-After is in seconds or a date', () => {
  const now = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT');
  expect(parseRetryAfter('120', now)).toBe(120_000);
  expect(parseRetryAfter('Wed, 21 Oct 2026 07:28:09 GMT', now)).toBe(9000);
  expect(parseRetryAfter('Wed, 21 Oct 2026 07:27:00 GMT', now)).toBe(0);
  expect(parseRetryAfter('soon', now)).toBeUndefined();
});

test('the wait is twice as long each time', () => {
  for (const [attempt, least] of [1000, 2000, 4000, 8000].entries()) {
    const delay = delayAfter(attempt + 1, patience);
    expect(delay).toBeGreaterThanOrEqual(least);
    expect(delay).toBeLessThanOrEqual(1.25 * least);
  }
});

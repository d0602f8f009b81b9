import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mean, median, medianRatio } from '../../bench/statistics.ts';

describe('the median', () => {
  test('is the middle value, by number and not by text', () => {
    expect(median([10, 9, 100])).toBe(10);
  });

  test('is the mean of the two middle values where there is an even number', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  test('of nothing is undefined', () => {
    expect(median([])).toBeUndefined();
  });

  test('has as many values below as above, and leaves them in their order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const before = [...values];
        const middle = median(values)!;
        expect(values).toEqual(before);
        expect(values.filter((value) => value < middle).length).toBeLessThanOrEqual(values.length / 2);
        expect(values.filter((value) => value > middle).length).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });
});

test('the median ratio compares round with round, not median with median', () => {
  expect(medianRatio([1, 2, 30], [2, 20, 60])).toBe(0.5);
});

test('a round that lacks either side does not count', () => {
  expect(medianRatio([1, undefined, 3], [2, 4])).toBe(0.5);
  expect(medianRatio([1], [])).toBeUndefined();
});

test('the mean of nothing is undefined', () => {
  expect(mean([1, 2, 6])).toBe(3);
  expect(mean([])).toBeUndefined();
});

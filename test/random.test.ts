import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../src/random.ts';

const draw = (random: Random, count: number): number[] =>
  Array.from({ length: count }, () => random.uint32());

describe('Random', () => {
  test('gives the numbers of a separate implementation of xoshiro128**', () => {
    // Python, started from the first 16 bytes of sha256("1/split") as four little-endian words.
    expect(draw(new Random(1, 'split'), 6)).toEqual([
      335412072, 2244852677, 4117864187, 977405742, 2892098698, 1876761228,
    ]);
  });

  test('a seed and a name give one stream; another seed or name another', () => {
    expect(draw(new Random(1, 'shuffle', 3), 8)).toEqual(draw(new Random(1, 'shuffle', 3), 8));
    const streams = [
      new Random(1),
      new Random(2),
      new Random(1, 'a'),
      new Random(1, 'b'),
      new Random(1, 'a', 0),
    ];
    const starts = streams.map((random) => draw(random, 4).join());
    expect(new Set(starts).size).toBe(starts.length);
  });

  test('seed 0 is a seed like any other', () => {
    expect(new Set(draw(new Random(0), 100)).size).toBe(100);
  });

  test('uniform stays in [0, 1), with the mean and variance of its distribution', () => {
    const random = new Random(5);
    const numbers = Array.from({ length: 20_000 }, () => random.uniform());
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    const variance = numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0) / numbers.length;
    // The standard errors are 0.002 and 0.0005.
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(0.01);
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.0025);
  });

  test('below stays below any bound', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 2 ** 32 }), (seed, bound) => {
        const random = new Random(seed);
        for (let i = 0; i < 20; i++) {
          const number = random.below(bound);
          expect(Number.isInteger(number) && number >= 0 && number < bound).toBe(true);
        }
      }),
    );
  });

  test('below gives every number equally often, for a bound that 2³² is no multiple of too', () => {
    const random = new Random(9);
    const bound = 3 * 2 ** 30;
    let low = 0;
    for (let i = 0; i < 30_000; i++) if (random.below(bound) < 2 ** 30) low++;
    // A remainder alone would give half of them. 10,000 are expected, with a standard deviation of 82.
    expect(Math.abs(low - 10_000)).toBeLessThan(400);
  });

  test('shuffle keeps the items, in typed arrays too, and returns what it was given', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.nat(1000)), (seed, items) => {
        const shuffled = new Random(seed).shuffle([...items]);
        expect(shuffled.toSorted((a, b) => a - b)).toEqual(items.toSorted((a, b) => a - b));
        const typed = Uint32Array.from(items);
        expect(new Random(seed).shuffle(typed)).toBe(typed);
        expect([...typed]).toEqual(shuffled);
      }),
    );
  });

  test('shuffle gives each order of three equally often', () => {
    const random = new Random(3);
    const counts = new Map<string, number>();
    for (let i = 0; i < 12_000; i++) {
      const order = random.shuffle(['a', 'b', 'c']).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect([...counts.keys()].toSorted()).toEqual(['abc', 'acb', 'bac', 'bca', 'cab', 'cba']);
    // 2,000 are expected of each, with a standard deviation of 41.
    for (const count of counts.values()) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });
});

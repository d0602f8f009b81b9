import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normal, orthogonal, truncatedNormal, uniform, type Draw } from '../../src/engine/initializers.ts';
import { Random } from '../../src/random.ts';

const COUNT = 100_000;

function measure(draw: Draw) {
  const numbers = Float64Array.from({ length: COUNT }, draw);
  const mean = numbers.reduce((sum, x) => sum + x, 0) / COUNT;
  const variance = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / COUNT;
  return {
    mean,
    deviation: Math.sqrt(variance),
    least: numbers.reduce((a, b) => Math.min(a, b)),
    most: numbers.reduce((a, b) => Math.max(a, b)),
  };
}

describe('numbers', () => {
  test('are uniform between their bounds', () => {
    const { mean, deviation, least, most } = measure(uniform(new Random(1), 1, 5));
    expect(mean).toBeCloseTo(3, 1);
    expect(deviation).toBeCloseTo(4 / Math.sqrt(12), 1);
    expect(least).toBeGreaterThanOrEqual(1);
    expect(most).toBeLessThan(5);
  });

  test('are normal, or cut at two standard deviations', () => {
    const whole = measure(normal(new Random(1), { mean: 3, stddev: 2 }));
    expect(whole.mean).toBeCloseTo(3, 1);
    expect(whole.deviation).toBeCloseTo(2, 1);
    expect(whole.most).toBeGreaterThan(9);
    const cut = measure(truncatedNormal(new Random(1), { mean: 3, stddev: 2 }));
    expect(cut.mean).toBeCloseTo(3, 1);
    expect(cut.deviation).toBeCloseTo(2 * 0.8796, 1);
    expect(cut.least).toBeGreaterThanOrEqual(-1);
    expect(cut.most).toBeLessThanOrEqual(7);
  });
});

test('an orthogonal matrix has orthogonal columns, or rows where there are fewer, of one length', () => {
  const side = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(side, side, fc.nat(), (rows, columns, seed) => {
      const matrix = orthogonal(new Random(seed), { rows, columns, gain: 2 });
      const vectors =
        rows < columns
          ? Array.from({ length: rows }, (_, row) => matrix.slice(row * columns, (row + 1) * columns))
          : Array.from({ length: columns }, (_, column) => matrix.filter((_, at) => at % columns === column));
      for (const [i, a] of vectors.entries())
        for (const [j, b] of vectors.entries()) {
          const product = a.reduce((sum, x, at) => sum + x * b[at]!, 0);
          expect(product).toBeCloseTo(i === j ? 4 : 0, 5);
        }
    }),
  );
});

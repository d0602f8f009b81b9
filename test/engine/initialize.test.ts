import { describe, expect, test } from 'vitest';
import type { DenseLayer } from '../../src/formats/model.ts';
import { initializeLayers } from '../../src/engine/initialize.ts';

const shapes = [
  { units: 16, activation: 'relu' },
  { units: 1, activation: 'sigmoid' },
] as const;

describe('first weights', () => {
  test('are uniform within Glorot’s limit, and biases zero', () => {
    const [hidden, last] = initializeLayers(2000, shapes, { seed: 1 });
    const limit = Math.sqrt(6 / 2016);
    expect(hidden!.kernel).toHaveLength(2000 * 16);
    expect(last!.kernel).toHaveLength(16);
    expect(Math.max(...hidden!.kernel)).toBeLessThanOrEqual(limit);
    expect(Math.max(...hidden!.kernel)).toBeGreaterThan(0.999 * limit);
    expect(Math.min(...hidden!.kernel)).toBeLessThan(-0.999 * limit);
    const variance = hidden!.kernel.reduce((sum, weight) => sum + weight ** 2, 0) / hidden!.kernel.length;
    expect(variance / (limit ** 2 / 3)).toBeCloseTo(1, 1);
    expect(hidden!.bias).toEqual(new Float32Array(16));
  });

  test.each([
    ['glorot_normal', 2 / 2016],
    ['he_uniform', 2 / 2000],
    ['he_normal', 2 / 2000],
    ['lecun_uniform', 1 / 2000],
    ['lecun_normal', 1 / 2000],
  ] as const)('of %s have its variance and no mean, and none is far out', (initializer, variance) => {
    const [{ kernel }] = initializeLayers(2000, shapes, { seed: 1, initializer }) as [DenseLayer];
    const mean = (of: (weight: number) => number): number =>
      kernel.reduce((sum, weight) => sum + of(weight), 0) / kernel.length;
    expect(mean((weight) => weight ** 2) / variance).toBeCloseTo(1, 1);
    expect(mean((weight) => weight) / Math.sqrt(variance)).toBeCloseTo(0, 1);
    const widest = initializer.endsWith('uniform') ? Math.sqrt(3) : 2 / 0.8796;
    expect(Math.max(...kernel.map(Math.abs)) / Math.sqrt(variance)).toBeLessThanOrEqual(widest * 1.0001);
    expect(Math.max(...kernel.map(Math.abs)) / Math.sqrt(variance)).toBeGreaterThan(widest * 0.99);
  });

  test('depend on the seed and the layer alone', () => {
    expect(initializeLayers(50, shapes, { seed: 0 })).toEqual(initializeLayers(50, shapes, { seed: 0 }));
    expect(initializeLayers(50, shapes, { seed: 0 })).not.toEqual(initializeLayers(50, shapes, { seed: 1 }));
    const [first, second] = initializeLayers(
      4,
      [
        { units: 4, activation: 'relu' },
        { units: 4, activation: 'relu' },
      ],
      { seed: 1 },
    );
    expect(first!.kernel).not.toEqual(second!.kernel);
  });

  test('that would not fit into memory are refused', () => {
    expect(() => initializeLayers(4_294_967_295, shapes, { seed: 1 })).toThrow(
      /16 units on 4294967295 inputs is too large/,
    );
  });
});

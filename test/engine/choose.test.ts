import { describe, expect, test } from 'vitest';
import { chooseLayers, chooseOptimizer } from '../../src/engine/choose.ts';

describe('an optimizer', () => {
  test('has Keras’s numbers unless others are given', () => {
    expect(chooseOptimizer('rmsprop', { rho: undefined })).toEqual({
      name: 'rmsprop',
      learningRate: 0.001,
      rho: 0.9,
      momentum: 0,
      epsilon: 1e-7,
    });
    expect(chooseOptimizer('sgd', { learningRate: 1, nesterov: true })).toEqual({
      name: 'sgd',
      learningRate: 1,
      momentum: 0,
      nesterov: true,
    });
  });

  test('refuses a number that it has no use for', () => {
    expect(() => chooseOptimizer('adam', { rho: 0.5 })).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: 'rho is 0.5, but the optimizer adam has no rho',
        where: { field: 'rho' },
        hint: 'adam takes learningRate, beta1, beta2, epsilon',
      }),
    );
  });
});

describe('layers', () => {
  test('take the activation of all, or one each', () => {
    const common = { units: [8, 4], activation: 'relu', outputActivation: 'sigmoid' } as const;
    expect(chooseLayers(common).map(({ activation }) => activation)).toEqual(['relu', 'relu', 'sigmoid']);
    const each = chooseLayers({ ...common, activations: ['tanh', 'linear'] });
    expect(each.map(({ activation }) => activation)).toEqual(['tanh', 'linear', 'sigmoid']);
    expect(each.map(({ units }) => units)).toEqual([8, 4, 1]);
    expect(() => chooseLayers({ ...common, activations: ['tanh'] })).toThrow(
      /1 activations \(tanh\) for 2 hidden/,
    );
  });
});

import { describe, expect, test } from 'vitest';
import {
  chooseEarlyStopping,
  chooseHiddenLayers,
  chooseObjective,
  chooseOptimizer,
} from '../../src/engine/choose.ts';
import { chooseRegularization, chooseSchedule } from '../../src/engine/choose.ts';
import type { Activation, Loss } from '../../src/formats/model.ts';

describe('an optimizer', () => {
  test('has Keras’s numbers unless others are given', () => {
    expect(chooseOptimizer({ optimizer: 'rmsprop', rho: undefined })).toEqual({
      name: 'rmsprop',
      learningRate: 0.001,
      rho: 0.9,
      momentum: 0,
      centered: false,
      epsilon: 1e-7,
    });
    expect(chooseOptimizer({ optimizer: 'sgd', learningRate: 1, nesterov: true })).toEqual({
      name: 'sgd',
      learningRate: 1,
      momentum: 0,
      nesterov: true,
    });
  });

  test('refuses a number that it has no use for', () => {
    expect(() => chooseOptimizer({ optimizer: 'adam', rho: 0.5 })).toThrow(
      expect.objectContaining({
        code: 'USAGE',
        message: 'rho is 0.5, but the optimizer adam has no rho',
        where: { field: 'rho' },
        hint: 'it takes learningRate, beta1, beta2, epsilon',
      }),
    );
  });
});

describe('hidden layers', () => {
  test('take the activation of all, or one each', () => {
    const common = { units: [8, 4], activation: 'relu' } as const;
    expect(chooseHiddenLayers(common).map(({ activation }) => activation)).toEqual(['relu', 'relu']);
    expect(chooseHiddenLayers({ ...common, activations: ['tanh', 'linear'] })).toEqual([
      { units: 8, activation: 'tanh' },
      { units: 4, activation: 'linear' },
    ]);
    expect(() => chooseHiddenLayers({ ...common, activations: ['tanh'] })).toThrow(
      /1 activations \(tanh\) for 2 hidden/,
    );
  });
});

test('the activation of the last layer is the one that fits the loss, unless told otherwise', () => {
  const activationOf = (loss: Loss, outputActivation?: Activation) =>
    chooseObjective({ loss, outputActivation }).activation;
  expect(activationOf('binary_crossentropy')).toBe('sigmoid');
  expect(activationOf('categorical_crossentropy')).toBe('softmax');
  expect(activationOf('categorical_crossentropy', 'relu')).toBe('relu');
});

describe('a schedule', () => {
  test('has Keras’s numbers, and needs the steps of a decay', () => {
    expect(chooseSchedule({})).toBeUndefined();
    expect(chooseSchedule({ schedule: 'exponential_decay', decaySteps: 30 })).toEqual({
      name: 'exponential_decay',
      decaySteps: 30,
      decayRate: 0.96,
      staircase: false,
    });
    expect(() => chooseSchedule({ schedule: 'cosine_decay' })).toThrow(/needs decaySteps/);
  });

  test('refuses what it has no use for, and so does a rate that stays', () => {
    expect(() => chooseSchedule({ schedule: 'cosine_decay', decaySteps: 3, staircase: true })).toThrow(
      'staircase is true, but the schedule cosine_decay has no staircase',
    );
    expect(() => chooseSchedule({ decaySteps: 3 })).toThrow(
      'decaySteps is 3, but a learning rate without a schedule has no decaySteps',
    );
  });
});

test('only one way to clip is possible', () => {
  const none = { l1: 0, l2: 0, dropout: 0, seed: 1, units: [4] };
  expect(chooseRegularization(none)).toEqual({ penalties: undefined, clip: undefined, dropout: undefined });
  expect(chooseRegularization({ ...none, clipnorm: 1 }).clip).toEqual({ by: 'clipnorm', limit: 1 });
  expect(() => chooseRegularization({ ...none, clipnorm: 1, clipvalue: 1 })).toThrow(
    'clipvalue and clipnorm are given: one of them is possible',
  );
});

test('dropout needs a hidden layer', () => {
  const asked = { l1: 0, l2: 0, dropout: 0.5, seed: 1 };
  expect(chooseRegularization({ ...asked, units: [4] }).dropout).toBeInstanceOf(Function);
  expect(() => chooseRegularization({ ...asked, units: [] })).toThrow(
    'dropout is 0.5, but no layer is hidden',
  );
});

test('stopping early looks at val_loss unless told otherwise, and its numbers need patience', () => {
  expect(chooseEarlyStopping({})).toBeUndefined();
  expect(chooseEarlyStopping({ patience: 2 })).toEqual({ patience: 2, monitor: 'val_loss', minDelta: 0 });
  expect(chooseEarlyStopping({ patience: 2, monitor: 'loss', minDelta: 0.1 })).toEqual({
    patience: 2,
    monitor: 'loss',
    minDelta: 0.1,
  });
  expect(() => chooseEarlyStopping({ minDelta: 3 })).toThrow(
    'minDelta is 3, but a training without patience has no minDelta',
  );
});

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { activate, lossOf, slopeOf } from '../../src/engine/loss.ts';
import type { Activation, Loss } from '../../src/formats/model.ts';

/** Losses and their derivatives by Keras 3.15.1 with TensorFlow's GradientTape, in float32. */
const golden = JSON.parse(
  readFileSync(new URL('../files/train/loss/keras.json', import.meta.url), 'utf8'),
) as { loss: Loss; activation: Activation; label: number; sum: number; value: number; slope: number }[];

/** Equal up to float32's rounding in Keras. */
const nearly = (expected: number, actual: number): boolean =>
  Math.abs(expected - actual) <= 1e-5 * (1 + Math.abs(expected));

/** Those of one output. */
const LOSSES = ['binary_crossentropy', 'mean_squared_error'] as const;
const ACTIVATIONS = ['relu', 'sigmoid', 'tanh', 'linear'] as const;

describe('a loss', () => {
  test.each(LOSSES.flatMap((loss) => ACTIVATIONS.map((activation) => ({ loss, activation }))))(
    'and its derivative are Keras’s: $loss after $activation',
    (objective) => {
      const cases = golden.filter(
        ({ loss, activation }) => loss === objective.loss && activation === objective.activation,
      );
      expect(cases).toHaveLength(24);
      for (const { label, sum, value, slope } of cases) {
        expect
          .soft(lossOf(objective, sum, label), `loss of ${sum}, label ${label}`)
          .toSatisfy((actual: number) => nearly(value, actual));
        expect
          .soft(
            slopeOf(objective, activate(objective.activation, sum), label),
            `slope at ${sum}, label ${label}`,
          )
          .toSatisfy((actual: number) => nearly(slope, actual));
      }
    },
  );

  test('has the derivative that its differences show', () => {
    const objective = fc.record({
      loss: fc.constantFrom(...LOSSES),
      activation: fc.constantFrom('sigmoid', 'tanh'),
    });
    const sum = fc.double({ min: 0.05, max: 2, noNaN: true });
    fc.assert(
      fc.property(objective, sum, fc.constantFrom(0, 1), (of, at, label) => {
        const step = 1e-5;
        const difference = lossOf(of, at + step, label) - lossOf(of, at - step, label);
        expect(slopeOf(of, activate(of.activation, at), label)).toBeCloseTo(difference / (2 * step), 5);
      }),
    );
  });

  test('of a sure and wrong sigmoid stays finite', () => {
    const objective = { loss: 'binary_crossentropy', activation: 'sigmoid' } as const;
    expect(lossOf(objective, 1000, 0)).toBe(1000);
    expect(slopeOf(objective, activate('sigmoid', 1000), 0)).toBe(1);
    expect(activate('sigmoid', -1000)).toBe(0);
  });
});

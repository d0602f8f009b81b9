import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lossActivation, lossOfRow, slopesOfRow } from '../../src/engine/class-loss.ts';
import { lossOf, type Objective } from '../../src/engine/loss.ts';
import { activateRows, type Floats } from '../../src/engine/outputs.ts';
import { ACTIVATIONS, LOSSES, type Activation, type Loss } from '../../src/formats/model.ts';

interface Case {
  readonly loss: Loss;
  readonly activation: Activation;
  readonly sums: number[];
  readonly label: number;
  readonly value: number;
  readonly slopes: number[];
}

/** Losses of several outputs and their derivatives by Keras 3.15.1, in float32. */
const golden = JSON.parse(
  readFileSync(new URL('../files/train/loss/classes.json', import.meta.url), 'utf8'),
) as Case[];

function slopesAt(objective: Objective, sums: Floats, label: number): Float32Array {
  const outputs = activateRows(lossActivation(objective), sums, sums.length);
  const slopes = new Float32Array(sums.length);
  slopesOfRow(objective, { outputs, label }, slopes);
  return slopes;
}

/** Equal up to float32's rounding in Keras. */
const nearly = (expected: number): number =>
  expect.toSatisfy(
    (actual: number) => Math.abs(expected - actual) <= 1e-5 * (1 + Math.abs(expected)),
  ) as number;

test.each(LOSSES.flatMap((loss) => ACTIVATIONS.map((activation) => ({ loss, activation }))))(
  'the loss of several outputs and its derivatives are Keras’s: $loss after $activation',
  (objective) => {
    const cases = golden.filter(
      ({ loss, activation }) => loss === objective.loss && activation === objective.activation,
    );
    expect(cases.length).toBeGreaterThanOrEqual(17);
    for (const { sums: written, label, value, slopes } of cases) {
      const sums = Float32Array.from(written);
      const about = `of ${written.join()}, label ${label}`;
      expect.soft(lossOfRow(objective, sums, label), `loss ${about}`).toEqual(nearly(value));
      expect.soft([...slopesAt(objective, sums, label)], `slopes ${about}`).toEqual(slopes.map(nearly));
    }
  },
);

const anyRow = fc
  .array(fc.double({ min: 0.05, max: 2, noNaN: true }), { minLength: 2, maxLength: 6 })
  .chain((sums) => fc.record({ sums: fc.constant(sums), label: fc.nat(sums.length - 1) }));
const anyObjective = fc.record({
  loss: fc.constantFrom(...LOSSES),
  // Sums above 0 give outputs above 0, where no cross-entropy is clipped; above 1, a binary one is.
  activation: fc.constantFrom('sigmoid', 'tanh', 'softmax'),
  classWeights: fc.constantFrom(undefined, [0.5, 2, 1, 3, 1, 0.25]),
});

test('the loss of several outputs has the derivatives that its differences show', () => {
  fc.assert(
    fc.property(anyObjective, anyRow, (objective, { sums, label }) => {
      const slopes = slopesAt(objective, Float64Array.from(sums), label);
      for (const unit of sums.keys()) {
        const lossAt = (change: number) =>
          lossOfRow(
            objective,
            Float64Array.from(sums, (sum, i) => (i === unit ? sum + change : sum)),
            label,
          );
        const step = 1e-5;
        expect(slopes[unit]).toBeCloseTo((lossAt(step) - lossAt(-step)) / (2 * step), 5);
      }
    }),
  );
});

test('the derivatives of a cross-entropy of a softmax add up to none', () => {
  fc.assert(
    fc.property(anyRow, ({ sums, label }) => {
      const objective = { loss: 'categorical_crossentropy', activation: 'softmax' } as const;
      const slopes = slopesAt(objective, Float32Array.from(sums), label);
      expect(slopes.reduce((a, b) => a + b)).toBeCloseTo(0, 6);
    }),
  );
});

test('two outputs of a softmax are the one of a sigmoid on their difference', () => {
  fc.assert(
    fc.property(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 })), ([a, b]) => {
      const objective = { loss: 'categorical_crossentropy', activation: 'softmax' } as const;
      const single = lossOf({ loss: 'binary_crossentropy', activation: 'sigmoid' }, b - a, 1);
      expect(lossOfRow(objective, Float32Array.of(a, b), 1)).toBeCloseTo(single, 10);
    }),
  );
});

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { metricsOfClasses } from '../../src/metrics/class-metrics.ts';
import { metricsOf } from '../../src/metrics/metrics.ts';

/** What scikit-learn 1.x makes of labels and probabilities: `roc_auc_score`, … */
interface Golden {
  readonly name: string;
  readonly labels: number[];
  readonly probabilities: number[];
  readonly expected: Readonly<Record<'accuracy' | 'ece', number>> &
    Readonly<Record<'precision' | 'recall' | 'f1_score' | 'roc_auc', number | null>> & {
      /** True negatives, false positives, false negatives, true positives. */
      readonly confusion: readonly [number, number, number, number];
      readonly bins: readonly number[];
    };
}

const golden = JSON.parse(
  readFileSync(new URL('../files/metrics/scikit-learn.json', import.meta.url), 'utf8'),
) as Golden[];

/** Rows of both labels, with probabilities on a coarse grid half of the time, so that they tie. */
const probability = fc.oneof(
  fc.float({ min: 0, max: 1, noNaN: true }),
  fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10),
);
const anyRows = fc
  .array(fc.tuple(fc.constantFrom(0, 1), probability), { minLength: 2, maxLength: 60 })
  .filter((rows) => new Set(rows.map(([label]) => label)).size === 2)
  .map((rows) => ({
    labels: Float32Array.from(rows, ([label]) => label),
    probabilities: Float32Array.from(rows, ([, p]) => p),
  }));

const close = (expected: number | null) =>
  expected === null ? null : (expect.closeTo(expected, 10) as number);

describe('metrics', () => {
  test.each(golden)('are those of scikit-learn for $name', ({ labels, probabilities, expected }) => {
    const rows = [Float32Array.from(labels), Float32Array.from(probabilities)] as const;
    const [true_negative, false_positive, false_negative, true_positive] = expected.confusion;
    const metrics = metricsOf(...rows);
    expect(metrics).toMatchObject({
      rows: labels.length,
      accuracy: close(expected.accuracy),
      precision: close(expected.precision),
      recall: close(expected.recall),
      f1_score: close(expected.f1_score),
      roc_auc: close(expected.roc_auc),
      confusion_matrix: { true_positive, false_positive, true_negative, false_negative },
      confidence: { expected_calibration_error: close(expected.ece) },
    });
    expect(metrics.confidence.calibration.map(({ count }) => count)).toEqual(expected.bins);
  });

  test('have the ROC AUC that counting all pairs gives, an equal one as half', () => {
    fc.assert(
      fc.property(anyRows, ({ labels, probabilities }) => {
        let won = 0;
        let pairs = 0;
        for (const [i, positive] of probabilities.entries()) {
          for (const [j, negative] of probabilities.entries()) {
            if (labels[i] !== 1 || labels[j] !== 0) continue;
            won += positive > negative ? 1 : positive === negative ? 0.5 : 0;
            pairs++;
          }
        }
        expect(metricsOf(labels, probabilities).roc_auc).toBeCloseTo(won / pairs, 12);
      }),
    );
  });

  test('have a ROC AUC that turns into its complement when the labels are swapped', () => {
    fc.assert(
      fc.property(anyRows, ({ labels, probabilities }) => {
        const swapped = labels.map((label) => 1 - label);
        const auc = metricsOf(labels, probabilities).roc_auc!;
        expect(metricsOf(swapped, probabilities).roc_auc).toBeCloseTo(1 - auc, 12);
      }),
    );
  });

  test('do not depend on the order of the rows, but for rounding', () => {
    fc.assert(
      fc.property(anyRows, ({ labels, probabilities }) => {
        const there = metricsOf(labels, probabilities);
        const back = metricsOf(labels.toReversed(), probabilities.toReversed());
        expect({ ...back, confidence: 0 }).toEqual({ ...there, confidence: 0 });
      }),
    );
  });

  test('have a confusion matrix and calibration bins that count every row once', () => {
    fc.assert(
      fc.property(anyRows, ({ labels, probabilities }) => {
        const { confusion_matrix, confidence, rows } = metricsOf(labels, probabilities);
        const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);
        expect(sum(Object.values(confusion_matrix))).toBe(rows);
        expect(sum(confidence.calibration.map(({ count }) => count))).toBe(rows);
        expect(sum(confidence.calibration.map((bin) => bin.count * (bin.positive_share ?? 0)))).toBeCloseTo(
          sum([...labels]),
          8,
        );
        for (const { count, from, to, mean_prediction } of confidence.calibration) {
          if (count === 0) expect(mean_prediction).toBeNull();
          else expect(mean_prediction! >= from - 1e-7 && mean_prediction! <= to + 1e-7).toBe(true);
        }
      }),
    );
  });

  test('call rows sure from 0.99 and to 0.01, and unsure from 0.4 to 0.6, as float32', () => {
    const probabilities = Float32Array.of(0.99, 0.01, 1, 0, 0.9899, 0.0101, 0.4, 0.6, 0.3999, 0.6001);
    const { confidence } = metricsOf(new Float32Array(10), probabilities);
    expect(confidence).toMatchObject({ sure_share: 0.4, unsure_share: 0.2 });
  });

  test('count what lies outside 0 to 1 in the outermost bins', () => {
    const { confidence } = metricsOf(Float32Array.of(0, 1), Float32Array.of(-0.2, 1.3));
    expect(confidence.calibration.map(({ count }) => count)).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  });
});

describe('metrics of classes', () => {
  /** The same rows, told by a probability of each label. */
  const spread = (probabilities: Float32Array): Float32Array =>
    Float32Array.from([...probabilities].flatMap((p) => [1 - p, p]));

  test('of two are those of one probability, their means over both labels', () => {
    fc.assert(
      fc.property(anyRows, ({ labels, probabilities }) => {
        const one = metricsOf(labels, probabilities);
        const two = metricsOfClasses(labels, spread(probabilities), 2);
        const { true_negative, false_positive, false_negative, true_positive } = one.confusion_matrix;
        expect(two.confusion_matrix).toEqual([
          [true_negative, false_positive],
          [false_negative, true_positive],
        ]);
        expect(two.accuracy).toBe(one.accuracy);
        expect(two.classes[1]).toMatchObject({ label: 1, precision: one.precision, recall: one.recall });
        const recallOfZero = true_negative / (true_negative + false_positive);
        expect(two.recall).toBeCloseTo((recallOfZero + one.recall!) / 2, 12);
      }),
    );
  });

  test('count every row once, and a class without a value as 0 in the means', () => {
    const probabilities = Float32Array.of(0.2, 0.8, 0, 0.3, 0.3, 0.4, 0.6, 0.4, 0);
    const metrics = metricsOfClasses(Float32Array.of(1, 1, 1), probabilities, 3);
    expect(metrics).toMatchObject({
      rows: 3,
      accuracy: 1 / 3,
      roc_auc: null,
      confusion_matrix: [
        [0, 0, 0],
        [1, 1, 1],
        [0, 0, 0],
      ],
      precision: 1 / 3,
    });
    expect(metrics.classes[0]).toEqual({ label: 0, rows: 0, precision: 0, recall: null, f1_score: 0 });
    expect(metrics.recall).toBeCloseTo(1 / 9, 12);
    expect(metrics.confidence.calibration.map(({ count }) => count).reduce((a, b) => a + b)).toBe(3);
  });
});

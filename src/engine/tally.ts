import { activate, lossOf, type Objective } from './loss.ts';

/** What can be measured besides the loss and the accuracy; Keras's names. */
export const METRICS = ['precision', 'recall', 'f1_score'] as const;
export type Metric = (typeof METRICS)[number];

/** Counts how rows fare, batch after batch. An output above 0.5 says 1, as in Keras. */
export class Tally {
  readonly #objective: Objective;
  #rows = 0;
  #loss = 0;
  /** Rows by label (0, 1) and what is said of them (0, 1). */
  readonly #counts = { trueNegative: 0, falsePositive: 0, falseNegative: 0, truePositive: 0 };

  constructor(objective: Objective) {
    this.#objective = objective;
  }

  /** Adds rows, by the last layer's sums; `penalty` is added to the loss of each. */
  add(sums: Float32Array, labels: Float32Array, penalty = 0): void {
    const { activation } = this.#objective;
    for (let i = 0; i < sums.length; i++) {
      // No activation gives more than 0.5 for a sum that is not above 0.
      const positive = sums[i]! > 0 && Math.fround(activate(activation, sums[i]!)) > 0.5;
      this.#loss += lossOf(this.#objective, sums[i]!, labels[i]!);
      if (labels[i] === 1) this.#counts[positive ? 'truePositive' : 'falseNegative']++;
      else this.#counts[positive ? 'falsePositive' : 'trueNegative']++;
    }
    this.#loss += penalty * sums.length;
    this.#rows += sums.length;
  }

  /** The mean over the rows. */
  get loss(): number {
    return this.#loss / this.#rows;
  }

  get accuracy(): number {
    return (this.#counts.truePositive + this.#counts.trueNegative) / this.#rows;
  }

  /** A metric of label 1; 0 where it has no value, as in Keras. */
  metric(metric: Metric): number {
    const { truePositive, falsePositive, falseNegative } = this.#counts;
    switch (metric) {
      case 'precision':
        return ratio(truePositive, truePositive + falsePositive);
      case 'recall':
        return ratio(truePositive, truePositive + falseNegative);
      case 'f1_score':
        return ratio(2 * truePositive, 2 * truePositive + falsePositive + falseNegative);
    }
  }
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

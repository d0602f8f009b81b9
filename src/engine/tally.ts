import { argmax } from '../metrics/argmax.ts';
import { Confusion } from '../metrics/confusion.ts';
import { lossOfRow } from './class-loss.ts';
import { activate, lossOf, type Objective } from './loss.ts';
import { activateRows } from './outputs.ts';

/** What can be measured besides the loss and the accuracy; Keras's names. */
export const METRICS = ['precision', 'recall', 'f1_score'] as const;
export type Metric = (typeof METRICS)[number];

/**
 * Counts how rows fare, batch after batch. As in Keras's accuracy, a single output says label 1 above 0.5; of several, the largest
 * says its own label, of equal ones the first. (Keras's F1Score counts all that are equal.)
 */
export class Tally {
  readonly #objective: Objective;
  #outputs = 1;
  #confusion = new Confusion(2);
  #rows = 0;
  #loss = 0;

  constructor(objective: Objective) {
    this.#objective = objective;
  }

  /** Adds rows, by the last layer's sums, float32[rows × outputs]; `penalty` is added to the loss of each. */
  add(sums: Float32Array, labels: Float32Array, penalty = 0): void {
    if (sums.length === labels.length) this.#addBinary(sums, labels);
    else this.#addClasses(sums, labels);
    this.#loss += penalty * labels.length;
    this.#rows += labels.length;
  }

  #addBinary(sums: Float32Array, labels: Float32Array): void {
    const { activation } = this.#objective;
    for (let i = 0; i < sums.length; i++) {
      const sum = sums[i]!;
      // No activation gives more than 0.5 for a sum that is not above 0, and each of them does for one that is above 1.
      const positive = sum > 1 || (sum > 0 && Math.fround(activate(activation, sum)) > 0.5);
      this.#loss += lossOf(this.#objective, sum, labels[i]!);
      this.#confusion.add(labels[i]!, positive ? 1 : 0);
    }
  }

  #addClasses(sums: Float32Array, labels: Float32Array): void {
    const outputs = sums.length / labels.length;
    if (this.#rows === 0) [this.#outputs, this.#confusion] = [outputs, new Confusion(outputs)];
    const said = argmax(new Float32Array(activateRows(this.#objective.activation, sums, outputs)), outputs);
    for (let row = 0; row < labels.length; row++) {
      const own = sums.subarray(row * outputs, (row + 1) * outputs);
      this.#loss += lossOfRow(this.#objective, own, labels[row]!);
      this.#confusion.add(labels[row]!, said[row]!);
    }
  }

  /** The mean over the rows. */
  get loss(): number {
    return this.#loss / this.#rows;
  }

  get accuracy(): number {
    return this.#confusion.accuracy ?? NaN;
  }

  /** A metric of label 1, or of several outputs the mean over them; 0 where it has no value, as in Keras. */
  metric(metric: Metric): number {
    return (this.#outputs === 1 ? this.#confusion.metrics(1) : this.#confusion.macro())[metric] ?? 0;
  }
}

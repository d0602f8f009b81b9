import { argmax } from './argmax.ts';
import { confidence, type Confidence } from './calibration.ts';
import { Confusion, type ClassMetrics } from './confusion.ts';
import { rocAuc } from './roc-auc.ts';

/** What a classifier of several classes is judged by, with scikit-learn's names and its `average="macro"`: means over the classes. */
interface MetricsOfClasses {
  readonly rows: number;
  readonly accuracy: number | null;
  /** A class without a value counts as 0 in this mean, and the next two. */
  readonly precision: number;
  readonly recall: number;
  readonly f1_score: number;
  /** Each class against the rest (`multi_class="ovr"`); null where a class has no row, or has all. */
  readonly roc_auc: number | null;
  /** A row for each label, in it a column for each class that was said. */
  readonly confusion_matrix: readonly (readonly number[])[];
  readonly classes: readonly ({ readonly label: number; readonly rows: number } & ClassMetrics)[];
  /** Of the class that was said, which is positive where it is the label. */
  readonly confidence: Confidence;
}

/**
 * Judges probabilities, float32[rows × classes], against labels, float32[rows] of at least one row. What is said of a row is its
 * largest probability's class, of equal ones the lowest.
 */
export function metricsOfClasses(
  labels: Float32Array,
  probabilities: Float32Array,
  classes: number,
): MetricsOfClasses {
  const said = argmax(probabilities, classes);
  const confusion = new Confusion(classes);
  for (const [row, label] of labels.entries()) confusion.add(label, said[row]!);
  const numbers = Array.from({ length: classes }, (_, label) => label);
  return {
    rows: labels.length,
    accuracy: confusion.accuracy,
    ...confusion.macro(),
    roc_auc: meanRocAuc(labels, probabilities, classes),
    confusion_matrix: numbers.map((label) => numbers.map((other) => confusion.count(label, other))),
    classes: numbers.map((label) => ({ label, rows: confusion.rows(label), ...confusion.metrics(label) })),
    confidence: confidence(
      labels.map((label, row) => Number(label === said[row])),
      labels.map((_, row) => probabilities[row * classes + said[row]!]!),
    ),
  };
}

function meanRocAuc(labels: Float32Array, probabilities: Float32Array, classes: number): number | null {
  let sum = 0;
  for (let label = 0; label < classes; label++) {
    const area = rocAuc(
      labels.map((other) => Number(other === label)),
      labels.map((_, row) => probabilities[row * classes + label]!),
    );
    if (area === null) return null;
    sum += area;
  }
  return sum / classes;
}

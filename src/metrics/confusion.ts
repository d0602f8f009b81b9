/** How many rows of each label were judged how. */
export interface ConfusionMatrix {
  readonly true_positive: number;
  readonly false_positive: number;
  readonly true_negative: number;
  readonly false_negative: number;
}

/** Metrics that follow from the confusion matrix; null where they would divide by zero. */
export interface ClassificationMetrics {
  readonly accuracy: number | null;
  /** How many of the rows judged positive are. */
  readonly precision: number | null;
  /** How many of the positive rows were judged so. */
  readonly recall: number | null;
  /** The harmonic mean of precision and recall. */
  readonly f1_score: number | null;
}

/** Counts the rows, float32[rows] each. A row counts as positive above 0.5, not at it, as in Keras. */
export function confusionMatrix(labels: Float32Array, probabilities: Float32Array): ConfusionMatrix {
  const counts = { true_positive: 0, false_positive: 0, true_negative: 0, false_negative: 0 };
  for (let row = 0; row < labels.length; row++) {
    const positive = probabilities[row]! > 0.5;
    const right = positive === (labels[row] === 1);
    counts[`${right}_${positive ? 'positive' : 'negative'}`]++;
  }
  return counts;
}

export function classificationMetrics(matrix: ConfusionMatrix): ClassificationMetrics {
  const { true_positive: tp, false_positive: fp, true_negative: tn, false_negative: fn } = matrix;
  return {
    accuracy: ratio(tp + tn, tp + tn + fp + fn),
    precision: ratio(tp, tp + fp),
    recall: ratio(tp, tp + fn),
    f1_score: ratio(2 * tp, 2 * tp + fp + fn),
  };
}

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

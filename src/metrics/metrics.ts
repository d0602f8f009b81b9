import { confidence, type Confidence } from './calibration.ts';
import { Confusion, type ClassMetrics } from './confusion.ts';
import { rocAuc } from './roc-auc.ts';

/** How many rows of each label were judged how. */
export interface ConfusionMatrix {
  readonly true_positive: number;
  readonly false_positive: number;
  readonly true_negative: number;
  readonly false_negative: number;
}

/** What a binary classifier is judged by, with Keras's and scikit-learn's names; null where it would divide by zero. */
export interface Metrics extends ClassMetrics {
  readonly rows: number;
  readonly accuracy: number | null;
  readonly roc_auc: number | null;
  readonly confusion_matrix: ConfusionMatrix;
  readonly confidence: Confidence;
}

/**
 * Judges probabilities against labels, float32[rows] each, of at least one row. A row counts as positive above 0.5, not at it, as
 * in Keras.
 */
export function metricsOf(labels: Float32Array, probabilities: Float32Array): Metrics {
  const confusion = new Confusion(2);
  for (const [row, probability] of probabilities.entries())
    confusion.add(labels[row]!, probability > 0.5 ? 1 : 0);
  return {
    rows: labels.length,
    accuracy: confusion.accuracy,
    ...confusion.metrics(1),
    roc_auc: rocAuc(labels, probabilities),
    confusion_matrix: {
      true_positive: confusion.count(1, 1),
      false_positive: confusion.count(0, 1),
      true_negative: confusion.count(0, 0),
      false_negative: confusion.count(1, 0),
    },
    confidence: confidence(labels, probabilities),
  };
}

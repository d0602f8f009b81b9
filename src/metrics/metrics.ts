import { confidence, type Confidence } from './calibration.ts';
import {
  classificationMetrics,
  confusionMatrix,
  type ClassificationMetrics,
  type ConfusionMatrix,
} from './confusion.ts';
import { rocAuc } from './roc-auc.ts';

/** What a binary classifier is judged by, with Keras's and scikit-learn's names. */
export interface Metrics extends ClassificationMetrics {
  readonly rows: number;
  readonly roc_auc: number | null;
  readonly confusion_matrix: ConfusionMatrix;
  readonly confidence: Confidence;
}

/** Judges probabilities against labels, float32[rows] each, of at least one row. */
export function metricsOf(labels: Float32Array, probabilities: Float32Array): Metrics {
  const matrix = confusionMatrix(labels, probabilities);
  return {
    rows: labels.length,
    ...classificationMetrics(matrix),
    roc_auc: rocAuc(labels, probabilities),
    confusion_matrix: matrix,
    confidence: confidence(labels, probabilities),
  };
}

/** Rows whose probability lies in [from, to), or in [from, to] for the last bin. */
export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Null where the bin is empty, as is the next one. */
  readonly mean_prediction: number | null;
  /** The share of the bin's rows that are positive: near the mean prediction where the model is calibrated. */
  readonly positive_share: number | null;
}

/** How sure a model is, and whether rightly so. */
export interface Confidence {
  /** The share of rows with a probability of at least 0.99 or at most 0.01. */
  readonly sure_share: number;
  /** The share of rows with a probability from 0.4 to 0.6. */
  readonly unsure_share: number;
  /** The mean distance of a bin's mean prediction from its share of positives, weighted by its rows (Naeini et al., 2015). */
  readonly expected_calibration_error: number;
  readonly calibration: readonly CalibrationBin[];
}

const BINS = 10;

/** Judges probabilities, float32[rows], of at least one row. What lies outside 0 to 1 counts in the bin next to it. */
export function confidence(labels: Float32Array, probabilities: Float32Array): Confidence {
  const calibration = calibrationBins(labels, probabilities);
  const distance = calibration.reduce(
    (sum, bin) => sum + bin.count * Math.abs((bin.mean_prediction ?? 0) - (bin.positive_share ?? 0)),
    0,
  );
  return {
    sure_share: share(probabilities, (p) => p >= Math.fround(0.99) || p <= Math.fround(0.01)),
    unsure_share: share(probabilities, (p) => p >= Math.fround(0.4) && p <= Math.fround(0.6)),
    expected_calibration_error: distance / probabilities.length,
    calibration,
  };
}

function calibrationBins(labels: Float32Array, probabilities: Float32Array): CalibrationBin[] {
  const bins = Array.from({ length: BINS }, () => ({ count: 0, predicted: 0, positive: 0 }));
  for (const [row, probability] of probabilities.entries()) {
    const bin = bins[Math.min(Math.max(Math.floor(probability * BINS), 0), BINS - 1)]!;
    bin.count++;
    bin.predicted += probability;
    bin.positive += labels[row]!;
  }
  return bins.map(({ count, predicted, positive }, bin) => ({
    from: bin / BINS,
    to: (bin + 1) / BINS,
    count,
    mean_prediction: count === 0 ? null : predicted / count,
    positive_share: count === 0 ? null : positive / count,
  }));
}

function share(probabilities: Float32Array, belongs: (probability: number) => boolean): number {
  let count = 0;
  for (const probability of probabilities) if (belongs(probability)) count++;
  return count / probabilities.length;
}

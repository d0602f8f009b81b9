import type { Loss } from '../formats/model.ts';

/** How far Keras keeps a probability from 0 and 1, as float32, so that its logarithm stays finite. */
const EPSILON = Math.fround(1e-7);
const ALMOST_ONE = Math.fround(1 - EPSILON);

/**
 * The mean over rows of the loss that `name` means: binary cross-entropy, -(y log p + (1 - y) log(1 - p)), or the mean
 * squared error, (p - y)². `labels` and `probabilities` are float32[rows], with at least one row.
 */
export function meanLoss(name: Loss, labels: Float32Array, probabilities: Float32Array): number {
  const ofRow = LOSS_OF_ROW[name];
  let sum = 0;
  for (let row = 0; row < labels.length; row++) sum += ofRow(labels[row]!, probabilities[row]!);
  return sum / labels.length;
}

const LOSS_OF_ROW: Readonly<Record<Loss, (label: number, probability: number) => number>> = {
  binary_crossentropy: (label, probability) => {
    const p = Math.min(Math.max(probability, EPSILON), ALMOST_ONE);
    return -(label * Math.log(p) + (1 - label) * Math.log(1 - p));
  },
  mean_squared_error: (label, probability) => (probability - label) ** 2,
};

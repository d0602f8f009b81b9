import type { Activation, Loss } from '../formats/model.ts';

/** What the last layer does to its sums, and how far that is from the labels. */
export interface Objective {
  readonly loss: Loss;
  /** The last layer's. */
  readonly activation: Activation;
  /** What a row counts by its label; if unset, 1. */
  readonly classWeights?: readonly number[] | undefined;
}

// Keras keeps probabilities away from 0 and 1 by its epsilon, in float32.
export const LOWEST = Math.fround(1e-7);
export const HIGHEST = Math.fround(1 - LOWEST);

/** The activation of one sum, which for a softmax is all that its layer has. */
export function activate(activation: Activation, sum: number): number {
  switch (activation) {
    case 'relu':
      return Math.max(sum, 0);
    case 'sigmoid':
      return 1 / (1 + Math.exp(-sum));
    case 'tanh':
      return Math.tanh(sum);
    case 'linear':
      return sum;
    case 'softmax':
      return 1;
  }
}

/**
 * The loss of one row of a model with one output, by its class's weight, from the last layer's sum; the label is 0 or 1. As in
 * Keras, binary cross-entropy after a sigmoid comes from the sum itself, which loses nothing where the sigmoid rounds to 0 or 1;
 * after another activation the output is clipped to [1e-7, 1 - 1e-7] first.
 */
export function lossOf(objective: Objective, sum: number, label: number): number {
  return weightOf(objective, label) * plainLoss(objective, sum, label);
}

/** What a row counts. */
export const weightOf = ({ classWeights }: Objective, label: number): number => classWeights?.[label] ?? 1;

function plainLoss({ loss, activation }: Objective, sum: number, label: number): number {
  if (loss === 'binary_crossentropy' && activation === 'sigmoid') {
    return Math.max(sum, 0) - sum * label + Math.log1p(Math.exp(-Math.abs(sum)));
  }
  const output = activate(activation, sum);
  if (loss === 'mean_squared_error') return (output - label) ** 2;
  const clipped = Math.min(Math.max(output, LOWEST), HIGHEST);
  return -(label * Math.log(clipped) + (1 - label) * Math.log(1 - clipped));
}

/** The derivative of `lossOf` by the sum, from what the activation makes of that sum. */
export function slopeOf(objective: Objective, output: number, label: number): number {
  return weightOf(objective, label) * plainSlope(objective, output, label);
}

function plainSlope({ loss, activation }: Objective, output: number, label: number): number {
  if (loss === 'mean_squared_error') return 2 * (output - label) * activationSlope(activation, output);
  if (activation === 'sigmoid') return output - label;
  if (output < LOWEST || output > HIGHEST) return 0;
  return ((1 - label) / (1 - output) - label / output) * activationSlope(activation, output);
}

/** The derivative of an activation of one sum, from its value. */
export function activationSlope(activation: Activation, output: number): number {
  switch (activation) {
    case 'relu':
      return output > 0 ? 1 : 0;
    case 'sigmoid':
      return output * (1 - output);
    case 'tanh':
      return 1 - output * output;
    case 'linear':
      return 1;
    case 'softmax':
      return 0;
  }
}

import type { Activation } from '../formats/model.ts';
import { activationSlope, HIGHEST, lossOf, LOWEST, slopeOf, weightOf, type Objective } from './loss.ts';
import { activateRows, largestOf, type Floats } from './outputs.ts';

// The losses of models with several outputs: a row's label stands for the outputs that would be right, 1 in its place and else 0.

/**
 * The activation that a loss takes the last layer to have. As in Keras (`_get_logits` of its TensorFlow backend), a
 * cross-entropy after a sigmoid or a softmax takes the sums for its own kind of logits, whichever of the two it is.
 */
export function lossActivation({ loss, activation }: Objective): Activation {
  const hasLogits = activation === 'sigmoid' || activation === 'softmax';
  if (loss === 'mean_squared_error' || !hasLogits) return activation;
  return loss === 'binary_crossentropy' ? 'sigmoid' : 'softmax';
}

/**
 * The loss of one row, by its class's weight, from the last layer's sums: float32[outputs]. Categorical cross-entropy after another
 * activation than those divides the outputs by their sum, and clips that to [1e-7, 1 - 1e-7]; the other losses are means over the outputs.
 */
export function lossOfRow(objective: Objective, sums: Floats, label: number): number {
  return weightOf(objective, label) * plainLoss(objective, sums, label);
}

function plainLoss(objective: Objective, sums: Floats, label: number): number {
  const { loss } = objective;
  const activation = lossActivation(objective);
  if (activation === 'softmax' && loss === 'categorical_crossentropy') return logSumExp(sums) - sums[label]!;
  const outputs = activateRows(activation, sums, sums.length);
  if (loss === 'categorical_crossentropy')
    return -Math.log(Math.min(Math.max(outputs[label]! / sumOf(outputs), LOWEST), HIGHEST));
  let total = 0;
  for (let unit = 0; unit < sums.length; unit++) {
    const right = unit === label ? 1 : 0;
    total +=
      activation === 'softmax'
        ? (outputs[unit]! - right) ** 2
        : lossOf({ loss, activation }, sums[unit]!, right);
  }
  return total / sums.length;
}

/**
 * Puts the derivatives of `lossOfRow` by the sums into `slopes`: float32[outputs]. `outputs` is what `lossActivation` makes of
 * the sums.
 */
export function slopesOfRow(
  objective: Objective,
  { outputs, label }: { readonly outputs: Floats; readonly label: number },
  slopes: Float32Array,
): void {
  const activation = lossActivation(objective);
  const { loss } = objective;
  if (loss === 'categorical_crossentropy' && activation === 'softmax')
    for (let unit = 0; unit < outputs.length; unit++)
      slopes[unit] = outputs[unit]! - (unit === label ? 1 : 0);
  else if (loss === 'categorical_crossentropy') slopesOfShare(activation, { outputs, label }, slopes);
  else if (activation === 'softmax') slopesOfSquares({ outputs, label }, slopes);
  else
    for (let unit = 0; unit < outputs.length; unit++)
      slopes[unit] = slopeOf({ loss, activation }, outputs[unit]!, unit === label ? 1 : 0) / outputs.length;
  const weight = weightOf(objective, label);
  for (let unit = 0; unit < slopes.length; unit++) slopes[unit]! *= weight;
}

/** Of -log(oₗ / Σo): 1/Σo - [i = l]/oₗ by each output; none where that share is clipped. */
function slopesOfShare(
  activation: Activation,
  { outputs, label }: { readonly outputs: Floats; readonly label: number },
  slopes: Float32Array,
): void {
  const total = sumOf(outputs);
  const right = outputs[label]!;
  const isClipped = right / total < LOWEST || right / total > HIGHEST;
  for (let unit = 0; unit < outputs.length; unit++) {
    const slope = isClipped ? 0 : 1 / total - (unit === label ? 1 / right : 0);
    slopes[unit] = slope * activationSlope(activation, outputs[unit]!);
  }
}

/** Of the mean square error of a softmax: oᵢ(dᵢ - Σ d·o), where d are the derivatives by the outputs. */
function slopesOfSquares(
  { outputs, label }: { readonly outputs: Floats; readonly label: number },
  slopes: Float32Array,
): void {
  let together = 0;
  for (let unit = 0; unit < outputs.length; unit++) {
    slopes[unit] = (2 * (outputs[unit]! - (unit === label ? 1 : 0))) / outputs.length;
    together += slopes[unit]! * outputs[unit]!;
  }
  for (let unit = 0; unit < outputs.length; unit++)
    slopes[unit] = outputs[unit]! * (slopes[unit]! - together);
}

/** log Σ exp(sum): the largest is taken off first, so that none overflows. */
function logSumExp(sums: Floats): number {
  const largest = largestOf(sums);
  let total = 0;
  for (let unit = 0; unit < sums.length; unit++) total += Math.exp(sums[unit]! - largest);
  return largest + Math.log(total);
}

function sumOf(numbers: Floats): number {
  let total = 0;
  for (let i = 0; i < numbers.length; i++) total += numbers[i]!;
  return total;
}

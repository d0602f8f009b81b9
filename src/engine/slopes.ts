import { lossActivation, slopesOfRow } from './class-loss.ts';
import { slopeOf, type Objective } from './loss.ts';
import { activateRows, type Floats } from './outputs.ts';

/** The derivatives of the rows' mean loss by the last layer's sums: float32[rows × outputs], as these are. */
export function slopesOf(objective: Objective, sums: Float32Array, labels: Float32Array): Float32Array {
  const units = sums.length / labels.length;
  const outputs = activateRows(lossActivation(objective), sums, units);
  const slopes = new Float32Array(sums.length);
  writeSlopes(objective, { outputs, labels, units, stride: units }, slopes);
  return slopes;
}

/**
 * Puts the derivatives of the rows' mean loss by the last layer's sums into `slopes`. `outputs` is what `lossActivation` makes of
 * the sums. Both are rows of `units` numbers, each `stride` after the one before.
 */
export function writeSlopes(
  objective: Objective,
  { outputs, labels, units, stride }: Judged,
  slopes: Float32Array,
): void {
  const rows = labels.length;
  // A loop for one output only: there it decides how long an epoch takes.
  if (units === 1) {
    for (let row = 0; row < rows; row++)
      slopes[row * stride] = slopeOf(objective, outputs[row * stride]!, labels[row]!) / rows;
    return;
  }
  for (let row = 0; row < rows; row++) {
    const [begin, end] = [row * stride, row * stride + units];
    const own = slopes.subarray(begin, end);
    slopesOfRow(objective, { outputs: outputs.subarray(begin, end), label: labels[row]! }, own);
    for (let unit = 0; unit < units; unit++) own[unit]! /= rows;
  }
}

/** What a model gives for rows, and the labels of these: float32[rows]. */
export interface Judged {
  readonly outputs: Floats;
  readonly labels: Float32Array;
  readonly units: number;
  readonly stride: number;
}

import type { Activation } from '../formats/model.ts';
import { activate } from './loss.ts';

/** Numbers of rows: an engine's, or float64 where they are computed here. */
export type Floats = Float32Array | Float64Array;

/** What a layer makes of its sums, rows of `units` numbers: float64 of the same length. */
export function activateRows(activation: Activation, sums: Floats, units: number): Float64Array {
  const outputs = new Float64Array(sums.length);
  if (activation === 'softmax')
    for (let begin = 0; begin < sums.length; begin += units)
      softmax(sums.subarray(begin, begin + units), outputs.subarray(begin, begin + units));
  else for (let i = 0; i < sums.length; i++) outputs[i] = activate(activation, sums[i]!);
  return outputs;
}

/** The largest sum is taken off, so that none overflows. */
function softmax(sums: Floats, outputs: Float64Array): void {
  const largest = largestOf(sums);
  let total = 0;
  for (let unit = 0; unit < sums.length; unit++) total += outputs[unit] = Math.exp(sums[unit]! - largest);
  for (let unit = 0; unit < sums.length; unit++) outputs[unit]! /= total;
}

export function largestOf(numbers: Floats): number {
  let largest = -Infinity;
  for (let i = 0; i < numbers.length; i++) largest = Math.max(largest, numbers[i]!);
  return largest;
}

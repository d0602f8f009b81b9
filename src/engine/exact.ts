import type { DenseLayer, Model } from '../formats/model.ts';
import { activate } from './loss.ts';
import { checkDimension, countRows, type Rows } from './rows.ts';

/**
 * What the model gives for each row: float32[rows], computed in float64 and rounded once, at the end. So it lies as
 * near to every float32 engine as that engine to the truth, and needs none. Throws `BAD_VALUE` where the rows'
 * dimension isn't the model's.
 */
export function predictExactly(model: Model, rows: Rows): Float32Array {
  checkDimension(model, rows);
  const { offsets, indices } = rows;
  const [first, ...others] = model.layers as readonly [DenseLayer, ...DenseLayer[]];
  const buffers = model.layers.map(({ units }) => new Float64Array(units));
  const predictions = new Float32Array(countRows(rows));
  for (let row = 0; row < predictions.length; row++) {
    let output = buffers[0]!;
    output.set(first.bias);
    for (let i = offsets[row]!; i < offsets[row + 1]!; i++) addScaled(output, first, indices[i]!, 1);
    activateAll(output, first);
    for (const [i, layer] of others.entries()) {
      const input = output;
      output = buffers[i + 1]!;
      output.set(layer.bias);
      for (let from = 0; from < input.length; from++) addScaled(output, layer, from, input[from]!);
      activateAll(output, layer);
    }
    predictions[row] = output[0]!;
  }
  return predictions;
}

/** Adds the weights of input `from`, times `scale`. */
function addScaled(sums: Float64Array, { kernel, units }: DenseLayer, from: number, scale: number): void {
  const start = from * units;
  for (let unit = 0; unit < units; unit++) sums[unit]! += scale * kernel[start + unit]!;
}

function activateAll(sums: Float64Array, { activation }: DenseLayer): void {
  for (let unit = 0; unit < sums.length; unit++) sums[unit] = activate(activation, sums[unit]!);
}

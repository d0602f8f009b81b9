import { StageError, type ErrorCode } from '../error.ts';
import { ACTIVATIONS, hasTopology, type AnyModel, type DenseLayer } from './model.ts';
import type { Tensor } from './tensor-file.ts';

/** A model's weights, in the order of its layers. */
export function weightsOf(model: AnyModel): readonly Tensor[] {
  if (hasTopology(model)) return model.weights;
  return model.layers.flatMap(({ kernel, bias, units }, layer) => [
    { name: `${layerName(layer)}/kernel`, shape: [kernel.length / units, units], values: kernel },
    { name: `${layerName(layer)}/bias`, shape: [units], values: bias },
  ]);
}

/** The layers, of the tensors that are theirs; they must be all that there are. */
export function toLayers(
  topology: readonly unknown[],
  byName: Map<string, Tensor>,
  dimension: number,
): DenseLayer[] {
  let inputs = dimension;
  const layers = toShapes(topology).map(({ activation, units }, layer) => {
    const kernel = take(byName, `${layerName(layer)}/kernel`, [inputs, units]);
    const bias = take(byName, `${layerName(layer)}/bias`, [units]);
    inputs = units;
    return { units, activation, kernel, bias };
  });
  const [left] = byName.keys();
  if (left !== undefined) throw fault('CORRUPT', `"${left}" belongs to no layer`);
  return layers;
}

function toShapes(layers: readonly unknown[]): Pick<DenseLayer, 'activation' | 'units'>[] {
  if (layers.length === 0) throw fault('CORRUPT', 'the topology is [], not a list of layers');
  return (layers as readonly (Partial<DenseLayer> | null)[]).map((layer, number) => {
    const activation = ACTIVATIONS.find((name) => name === layer?.activation);
    if (activation === undefined) {
      throw fault('UNSUPPORTED', `${layerName(number)} has activation ${shown(layer?.activation)}`);
    }
    return { activation, units: toCount(String(layer?.units)) };
  });
}

/** Takes a tensor out of the map, checking its shape. */
export function take(tensors: Map<string, Tensor>, name: string, shape: readonly number[]): Float32Array {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw fault('CORRUPT', `"${name}" is missing`);
  if (tensor.shape.join() !== shape.join()) {
    throw fault(
      'CORRUPT',
      `"${name}" has shape [${tensor.shape.join(', ')}], its layer needs [${shape.join(', ')}]`,
    );
  }
  tensors.delete(name);
  return tensor.values;
}

/** Keras's names of a model's first, second, … dense layer. */
export const layerName = (layer: number): string => (layer === 0 ? 'dense' : `dense_${layer}`);

/** A whole number of at least 1, from its digits. Throws `CORRUPT`. */
export function toCount(digits = ''): number {
  if (!/^[1-9]\d{0,9}$/.test(digits))
    throw fault('CORRUPT', `${shown(digits)} is no number of units or columns`);
  return Number(digits);
}

export const shown = (value: unknown): string => JSON.stringify(value) ?? 'none';

/** What to throw for a file that holds no model of ours. */
export const fault = (code: ErrorCode, message: string, cause?: unknown): StageError =>
  new StageError(code, message, { hint: 'expected a model as `sluice train` writes it', cause });

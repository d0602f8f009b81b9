import { StageError } from '../error.ts';
import type { Activation, DenseLayer } from '../formats/model.ts';
import { Random } from '../random.ts';

/**
 * Layers that know nothing yet, as Keras's `Dense` starts: zero biases, and kernels from Glorot's uniform
 * distribution, within ±√(6 / (inputs + units)) (Glorot and Bengio, 2010). Each layer's numbers depend on `seed` and
 * its place alone. Throws `UNSUPPORTED` where a layer would take more than 4 GB.
 */
export function initializeLayers(
  dimension: number,
  shapes: readonly { readonly units: number; readonly activation: Activation }[],
  seed: number,
): DenseLayer[] {
  let inputs = dimension;
  return shapes.map(({ units, activation }, layer) => {
    if (inputs * units > MOST_WEIGHTS) throw tooLarge(inputs, units);
    const random = new Random(seed, 'weights', layer);
    const limit = Math.sqrt(6 / (inputs + units));
    const kernel = new Float32Array(inputs * units);
    for (let i = 0; i < kernel.length; i++) kernel[i] = (2 * random.uniform() - 1) * limit;
    inputs = units;
    return { units, activation, kernel, bias: new Float32Array(units) };
  });
}

const MOST_WEIGHTS = 2 ** 30;

const tooLarge = (inputs: number, units: number): StageError =>
  new StageError('UNSUPPORTED', `a layer of ${units} units on ${inputs} inputs is too large`, {
    hint: `a layer may have ${MOST_WEIGHTS} weights: take fewer units, or vectors of a smaller dimension`,
  });

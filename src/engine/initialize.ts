import { StageError } from '../error.ts';
import type { Activation, DenseLayer } from '../formats/model.ts';
import { Random } from '../random.ts';
import { varianceScaling, type Draw } from './initializers.ts';

export const INITIALIZERS = [
  'glorot_uniform',
  'glorot_normal',
  'he_uniform',
  'he_normal',
  'lecun_uniform',
  'lecun_normal',
] as const;
export type Initializer = (typeof INITIALIZERS)[number];

/**
 * Layers that know nothing yet, as Keras's `Dense` starts: zero biases, and kernels whose variance is 2 / (inputs + units) (Glorot
 * and Bengio, 2010), 2 / inputs (He et al., 2015) or 1 / inputs (LeCun et al., 1998). Each layer's numbers depend on `seed` and
 * its place alone. Throws `UNSUPPORTED` where a layer would take more than 4 GB.
 */
export function initializeLayers(
  dimension: number,
  shapes: readonly { readonly units: number; readonly activation: Activation }[],
  {
    seed,
    initializer = 'glorot_uniform',
  }: { readonly seed: number; readonly initializer?: Initializer | undefined },
): DenseLayer[] {
  let inputs = dimension;
  return shapes.map(({ units, activation }, layer) => {
    if (inputs * units > MOST_WEIGHTS) throw tooLarge(inputs, units);
    const random = new Random(seed, 'weights', layer);
    const draw = drawer(random, initializer, { inputs, units });
    const kernel = new Float32Array(inputs * units);
    for (let i = 0; i < kernel.length; i++) kernel[i] = draw();
    inputs = units;
    return { units, activation, kernel, bias: new Float32Array(units) };
  });
}

/** What draws the weights of a layer. */
function drawer(
  random: Random,
  initializer: Initializer,
  { inputs, units }: { inputs: number; units: number },
): Draw {
  const [whose, distribution] = initializer.split('_') as ['glorot' | 'he' | 'lecun', 'uniform' | 'normal'];
  const [scale, count] = { glorot: [2, inputs + units], he: [2, inputs], lecun: [1, inputs] }[whose] as [
    number,
    number,
  ];
  return varianceScaling(random, { scale, fan: count, distribution });
}

const MOST_WEIGHTS = 2 ** 30;

const tooLarge = (inputs: number, units: number): StageError =>
  new StageError('UNSUPPORTED', `a layer of ${units} units on ${inputs} inputs is too large`, {
    hint: `a layer may have ${MOST_WEIGHTS} weights: take fewer units, or vectors of a smaller dimension`,
  });

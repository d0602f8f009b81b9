import { StageError } from '../error.ts';
import type { Activation, DenseLayer } from '../formats/model.ts';
import { Random } from '../random.ts';

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
  { seed, initializer = 'glorot_uniform' }: { readonly seed: number; readonly initializer?: Initializer },
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
): () => number {
  const [whose, shape] = initializer.split('_') as ['glorot' | 'he' | 'lecun', 'uniform' | 'normal'];
  const [scale, count] = { glorot: [2, inputs + units], he: [2, inputs], lecun: [1, inputs] }[whose] as [
    number,
    number,
  ];
  const limit = Math.sqrt((3 * scale) / count);
  if (shape === 'uniform') return () => (2 * random.uniform() - 1) * limit;
  const deviation = Math.sqrt(scale / count) / CUT_DEVIATION;
  return () => deviation * cutNormal(random);
}

/** The standard deviation of normal numbers when those beyond two of their own are drawn again. */
const CUT_DEVIATION = 0.879_625_661_034_239_78;

/** A normal number between -2 and 2 (Box and Muller, 1958). */
function cutNormal(random: Random): number {
  for (;;) {
    const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
    const number = radius * Math.cos(2 * Math.PI * random.uniform());
    if (Math.abs(number) <= 2) return number;
  }
}

const MOST_WEIGHTS = 2 ** 30;

const tooLarge = (inputs: number, units: number): StageError =>
  new StageError('UNSUPPORTED', `a layer of ${units} units on ${inputs} inputs is too large`, {
    hint: `a layer may have ${MOST_WEIGHTS} weights: take fewer units, or vectors of a smaller dimension`,
  });

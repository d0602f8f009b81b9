import { Random } from '../random.ts';

/** Units of the hidden layers that are left out of a step, each with the probability `rate`, at random by `seed`. */
export interface Dropout {
  readonly rate: number;
  readonly seed: number;
}

/**
 * What the outputs of a hidden layer are multiplied by in a step: 0, or 1 / (1 - rate) so that their mean stays (Srivastava et
 * al., 2014): float32[rows × units]. It depends on the seed, the step's number, and the layer's place alone.
 */
export function dropoutFactors(
  { rate, seed }: Dropout,
  { step, layer }: { readonly step: number; readonly layer: number },
  length: number,
): Float32Array {
  const random = new Random(seed, 'dropout', step, layer);
  const kept = 1 / (1 - rate);
  const limit = rate * 2 ** 32;
  return Float32Array.from({ length }, () => (random.uint32() < limit ? 0 : kept));
}

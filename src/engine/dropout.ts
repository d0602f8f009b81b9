import { Random } from '../random.ts';
import type { Dropout } from './contract.ts';

/**
 * Leaves units out at random, each with the probability `rate`; what is kept is multiplied by 1 / (1 - rate), so that the mean stays
 * (Srivastava et al., 2014). What is left out depends on the seed, the step's number, and the layer's place alone.
 */
export function createDropout(rate: number, seed: number): Dropout {
  const kept = 1 / (1 - rate);
  const limit = rate * 2 ** 32;
  return ({ step, layer }, length) => {
    const random = new Random(seed, 'dropout', step, layer);
    return Float32Array.from({ length }, () => (random.uint32() < limit ? 0 : kept));
  };
}

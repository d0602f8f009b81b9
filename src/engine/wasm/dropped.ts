import { dropoutFactors, type Dropout } from '../dropout.ts';
import type { Inference } from './inference.ts';
import { widen } from './network.ts';

/** Of a hidden layer whose units are left out at random: what its outputs are multiplied by, and what comes of that. */
export interface Dropped {
  readonly factors: number;
  readonly passed: number;
}

/** Takes room for the factors of each hidden layer. */
export function placeDropped({ network, arena, most }: Inference): Dropped[] {
  return network.layers.slice(0, -1).map(({ stride }) => ({
    factors: arena.allocate(4 * most * stride),
    passed: arena.allocate(4 * most * stride),
  }));
}

/** Draws the factors of a step on `count` rows. */
export function drawFactors(
  { network, arena }: Inference,
  dropped: readonly Dropped[],
  { dropout, step, count }: { dropout: Dropout; step: number; count: number },
): void {
  for (const [layer, { factors }] of dropped.entries()) {
    const { units, stride } = network.layers[layer]!;
    const drawn = dropoutFactors(dropout, { step, layer }, count * units);
    arena.floats(factors, count * stride).set(widen(drawn, units, stride));
  }
}

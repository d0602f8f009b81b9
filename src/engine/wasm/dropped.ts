import type { Dropout } from '../contract.ts';
import type { Arena } from './memory.ts';
import { widen, type Dropped, type Network } from './network.ts';

/** Takes room for the factors of each hidden layer. */
export function placeDropped({ network, arena, most }: Placed & { readonly most: number }): Dropped[] {
  return network.layers.slice(0, -1).map(({ stride }) => ({
    factors: arena.allocate(4 * most * stride),
    passed: arena.allocate(4 * most * stride),
  }));
}

/** Draws the factors of a step on `count` rows. */
export function drawFactors(
  { network, arena }: Placed,
  dropped: readonly Dropped[],
  { dropout, step, count }: { dropout: Dropout; step: number; count: number },
): void {
  for (const [layer, { factors }] of dropped.entries()) {
    const { units, stride } = network.layers[layer]!;
    const drawn = dropout({ step, layer }, count * units);
    arena.floats(factors, count * stride).set(widen(drawn, units, stride));
  }
}

interface Placed {
  readonly network: Network;
  readonly arena: Arena;
}

import type { Epoch } from '../formats/history.ts';

/** A point of a curve. */
export interface Point {
  readonly epoch: number;
  readonly value: number;
}

/** One measure over the epochs; `validation` is empty where there was none. */
export interface Curves {
  readonly name: 'loss' | 'accuracy';
  readonly training: readonly Point[];
  readonly validation: readonly Point[];
}

/** The curves of a measure. Numbers that are not finite (a training that diverged) have no point. */
export const curvesOf = (epochs: readonly Epoch[], name: 'loss' | 'accuracy'): Curves => ({
  name,
  training: points(epochs, name),
  validation: points(epochs, `val_${name}`),
});

/** The epoch of the lowest validation loss, the first of several; undefined where there is nothing to compare. */
export function lowest(validation: readonly Point[]): Point | undefined {
  if (validation.length < 2) return undefined;
  return validation.reduce((best, point) => (point.value < best.value ? point : best));
}

/** The range that an axis of these values shows: never empty, and for an accuracy never past 0 or 1. */
export function valueDomain({ name, training, validation }: Curves): [number, number] {
  const values = [...training, ...validation].map(({ value }) => value);
  if (values.length === 0) return [0, 1];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = high > low ? (high - low) * 0.03 : Math.max(Math.abs(high) * 0.1, 0.01);
  const [least, most] = name === 'accuracy' ? [0, 1] : [0, Infinity];
  return [
    low >= least ? Math.max(least, low - margin) : low - margin,
    high <= most ? Math.min(most, high + margin) : high + margin,
  ];
}

/** Whole epochs, at round steps and not more than about eight; the first one too, where there is room for it. */
export function epochTicks(first: number, last: number): number[] {
  const step = roundStep((last - first) / 8);
  const ticks: number[] = [];
  for (let tick = Math.ceil(first / step) * step; tick <= last; tick += step) ticks.push(tick);
  if (ticks.length === 0 || ticks[0]! - first >= 0.6 * step) ticks.unshift(first);
  return ticks;
}

/** The smallest of 1, 2, 5, 10, 20, 50, … that is not below `least`. */
function roundStep(least: number): number {
  for (let power = 1; ; power *= 10) {
    for (const digit of [1, 2, 5]) if (digit * power >= least) return digit * power;
  }
}

function points(epochs: readonly Epoch[], field: 'loss' | 'accuracy' | 'val_loss' | 'val_accuracy'): Point[] {
  return epochs.flatMap((epoch) => {
    const value = epoch[field];
    return Number.isFinite(value) ? [{ epoch: epoch.epoch, value: value! }] : [];
  });
}

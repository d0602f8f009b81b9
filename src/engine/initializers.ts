import type { Random } from '../random.ts';

/** What weights are drawn from, one by one. */
export type Draw = () => number;

/** Keras's `VarianceScaling`: numbers of the variance scale / fan, uniform or normal. */
interface VarianceScaling {
  readonly scale: number;
  /** How many numbers a sum of such weights has, or the like. */
  readonly fan: number;
  readonly distribution: 'uniform' | 'normal';
}

export function varianceScaling(random: Random, { scale, fan, distribution }: VarianceScaling): Draw {
  if (distribution === 'normal')
    return truncatedNormal(random, { mean: 0, stddev: Math.sqrt(scale / fan) / CUT_DEVIATION });
  const limit = Math.sqrt((3 * scale) / fan);
  return uniform(random, -limit, limit);
}

/** The standard deviation of normal numbers when those beyond two of their own are drawn again. */
const CUT_DEVIATION = 0.879_625_661_034_239_78;

/** Uniform numbers from `low` to `high`. */
export function uniform(random: Random, low: number, high: number): Draw {
  const [middle, half] = [(low + high) / 2, (high - low) / 2];
  return () => middle + (2 * random.uniform() - 1) * half;
}

interface Normal {
  readonly mean: number;
  readonly stddev: number;
}

/** Normal numbers (Box and Muller, 1958). */
export const normal =
  (random: Random, { mean, stddev }: Normal): Draw =>
  () => {
    const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
    return mean + stddev * (radius * Math.cos(2 * Math.PI * random.uniform()));
  };

/** Normal numbers; those more than two standard deviations from the mean are drawn again. */
export function truncatedNormal(random: Random, { mean, stddev }: Normal): Draw {
  const draw = normal(random, { mean: 0, stddev: 1 });
  return () => {
    for (;;) {
      const number = draw();
      if (Math.abs(number) <= 2) return mean + stddev * number;
    }
  };
}

/**
 * A random matrix whose columns, or rows where there are fewer, are orthogonal and of length `gain` (Saxe et al., 2013):
 * float32[rows × columns]. It is the Q of a matrix of normal numbers, with a positive diagonal in R (Gram and Schmidt, modified).
 */
export function orthogonal(
  random: Random,
  { rows, columns, gain }: { readonly rows: number; readonly columns: number; readonly gain: number },
): Float32Array {
  const draw = normal(random, { mean: 0, stddev: 1 });
  const [length, count] = [Math.max(rows, columns), Math.min(rows, columns)];
  const drawn = Array.from({ length }, () => Float64Array.from({ length: count }, draw));
  const basis: Float64Array[] = [];
  for (let i = 0; i < count; i++) {
    const vector = Float64Array.from({ length }, (_, at) => drawn[at]![i]!);
    for (const other of basis) addTo(vector, other, -dot(vector, other));
    const norm = Math.sqrt(dot(vector, vector));
    basis.push(vector.map((number) => number / norm));
  }
  return Float32Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    return gain * (rows < columns ? basis[row]![column]! : basis[column]![row]!);
  });
}

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);

function addTo(vector: Float64Array, other: Float64Array, factor: number): void {
  for (let i = 0; i < vector.length; i++) vector[i]! += factor * other[i]!;
}

/** The middle value; of an even number, the mean of the two middle ones. `undefined` where there are none. */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/** The mean; `undefined` where there are no values. */
export function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The median of `ours / theirs`, round by round: what slows a whole round down leaves a ratio as it is.
 * Rounds in which either is missing don't count.
 */
export function medianRatio(
  ours: readonly (number | undefined)[],
  theirs: readonly (number | undefined)[],
): number | undefined {
  return median(
    ours.flatMap((value, round) => {
      const peer = theirs[round];
      return value === undefined || peer === undefined ? [] : [value / peer];
    }),
  );
}

/** The values that are there. */
export const known = <T>(values: readonly (T | undefined)[]): T[] =>
  values.filter((value) => value !== undefined);

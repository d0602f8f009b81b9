/** How long other work may wait, in milliseconds. */
const PATIENCE = 20;

/**
 * Gives a function to await now and then in long work: it lets other work run where that has waited for long, such as what stops
 * this, and calls `before` then. It takes only what Node and browsers have in common.
 */
export function pauses(): (before?: () => void) => Promise<void> {
  let resumed = performance.now();
  return async (before) => {
    if (performance.now() - resumed < PATIENCE) return;
    before?.();
    await othersTurn();
    resumed = performance.now();
  };
}

/** In a browser `setTimeout` has to do; it waits for a millisecond or more. */
const othersTurn = (): Promise<void> =>
  new Promise((resolve) => (typeof setImmediate === 'function' ? setImmediate : setTimeout)(resolve));

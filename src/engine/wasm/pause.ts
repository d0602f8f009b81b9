/** How long other work may wait, in milliseconds. */
const PATIENCE = 20;

/**
 * Gives a function to await now and then in long work: it lets other work run where that has waited for long, such as what stops
 * this. It takes only what Node and browsers have in common.
 */
export function pauses(): () => Promise<void> {
  let resumed = performance.now();
  return async () => {
    if (performance.now() - resumed < PATIENCE) return;
    await new Promise((resolve) => setTimeout(resolve));
    resumed = performance.now();
  };
}

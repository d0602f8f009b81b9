import type { Experiment, Step } from '../../pipeline/experiment.ts';

/** What was asked for of an experiment. */
export interface Selection {
  readonly experiment: Experiment;
  /** The steps that were named, and all that they need, in order; every step if none was named. */
  readonly steps: readonly Step[];
  /** The names of those that were named. */
  readonly named: readonly string[];
  readonly forced: readonly string[];
  /** Where the store keeps the parsed experiment, and whether it comes from there. */
  readonly parsed: { readonly path: string; readonly isKept: boolean };
}

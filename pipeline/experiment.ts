import type { AnyStage } from '../src/stage.ts';
import type { Place } from './problem.ts';

/** A stage that experiments can name: its declaration, and the module whose code its steps depend on. */
export interface Registered {
  readonly stage: AnyStage;
  readonly module: URL;
}

/** The stages there are; each is loaded when an experiment first names it. */
export interface StageCatalog {
  readonly names: readonly string[];
  load(name: string): Promise<Registered>;
}

export type Scalar = string | number | boolean | null;
export type ParamValue = Scalar | readonly Scalar[];
export type Params = Readonly<Record<string, ParamValue>>;

/** Where an input comes from: an output of another step, or a file. */
export type Source =
  | { readonly step: string; readonly output: string; readonly at: Place }
  | { readonly path: string; readonly at: Place };

/** One thing that a step writes. The main one is named `out` and is the standard output. */
export interface Output {
  readonly name: string;
  readonly kind: 'file' | 'folder';
  /** What it is called among the results. */
  readonly fileName: string;
}

interface StepBase {
  readonly name: string;
  readonly at: Place;
  /** By name: `in` is the standard input, the others are options. */
  readonly inputs: Readonly<Record<string, Source>>;
  readonly outputs: readonly Output[];
}

/** A step that runs a stage of ours. */
export interface StageStep extends StepBase {
  readonly kind: 'stage';
  readonly stage: string;
  readonly registered: Registered;
  /** Resolved, defaults included; without inputs and outputs. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** A step that runs a shell command from standard input to standard output. */
export interface CommandStep extends StepBase {
  readonly kind: 'command';
  readonly command: string;
}

export type Step = StageStep | CommandStep;

/** A parsed experiment: every name in it is known, and no step needs itself. */
export interface Experiment {
  /** The file's name without its ending. */
  readonly name: string;
  readonly file: string;
  readonly params: Params;
  /** Each after the ones that it needs. */
  readonly steps: readonly Step[];
}

/** The names of the steps whose outputs a step reads, each once. */
export function needs(step: Step): string[] {
  const names = Object.values(step.inputs).flatMap((source) => ('step' in source ? [source.step] : []));
  return [...new Set(names)];
}

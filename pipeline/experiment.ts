import type { AnyStage, ToolchainName } from '../src/stage.ts';
import type { Place } from './problem.ts';

/** A stage that experiments can name. */
export interface Registered {
  readonly stage: AnyStage;
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
  /** Where a command writes it, relative to its working folder. */
  readonly path?: string;
}

/** How a step is run; nothing of it decides what the step writes. */
export interface Limits {
  /** How many times more it is tried after it failed. */
  readonly retries: number;
  /** How long one try may take, in seconds. */
  readonly timeout?: number;
  /** How many cores it keeps busy. */
  readonly cores: number;
  /** How much memory it needs, in bytes. */
  readonly memory?: number;
}

interface StepBase {
  readonly name: string;
  /** What it is called in the file: steps of one `matrix` have this in common. */
  readonly family: string;
  readonly at: Place;
  /** By name: `in` is the standard input; the others are a stage's options, or a command's files, `./path` each. */
  readonly inputs: Readonly<Record<string, Source>>;
  readonly outputs: readonly Output[];
  readonly limits: Limits;
}

/** A step that runs a stage. */
export interface StageStep extends StepBase {
  readonly kind: 'stage';
  /** A stage's name in the catalog, or the path of a stage of the user's own. */
  readonly stage: string;
  /** Resolved, defaults included; without inputs and outputs. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Those of the options that are not in the key, since a digest among the others fixes what they lead to. */
  readonly locators: readonly string[];
  /** Whether it writes a JSON object of metrics, for the record. */
  readonly metrics: boolean;
  /** The name of its toolchain, where it declares one by its name. */
  readonly toolchain?: ToolchainName;
}

/** A step that runs a shell command from standard input to standard output. */
export interface CommandStep extends StepBase {
  readonly kind: 'command';
  readonly command: string;
  /** Environment variables that are in the key: with a value, or `null` for the one that the run finds. */
  readonly env: Readonly<Record<string, string | null>>;
  /** Environment variables that it is given, and that are not in the key. */
  readonly secrets: readonly string[];
}

export type Step = StageStep | CommandStep;

/** A parsed experiment, as plain data: every name in it is known, and no step needs itself. */
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

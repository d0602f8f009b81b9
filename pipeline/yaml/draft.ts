import type { CommandStep, Limits, Output, StageStep } from '../experiment.ts';
import type { Combination } from './matrix.ts';
import type { Path, YamlFile } from './yaml-file.ts';

/** A step as it is written, with the parameters in their places. */
export interface Written {
  readonly name: string;
  readonly family: string;
  readonly path: Path;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly combination: Combination;
}

/** What a step reads, as it is written. */
export interface Reference {
  /** The name that the input gets: `in`, an option, or `./path`. */
  readonly input: string;
  /** STEP, STEP.OUTPUT, or a path. */
  readonly text: string;
  readonly path: Path;
  /** Whether it may be a folder, or several files. */
  readonly takesFolder: boolean;
}

/** A step before the names of others in it are looked up. */
export interface Draft {
  readonly step: Omit<StageStep, 'inputs'> | Omit<CommandStep, 'inputs'>;
  readonly combination: Combination;
  readonly references: readonly Reference[];
}

/** The steps that one in the file becomes: one for each combination of its matrix. */
export interface Family {
  readonly name: string;
  readonly axes: readonly string[];
  readonly drafts: readonly Draft[];
}

interface Common {
  readonly in?: string | undefined;
  readonly extension?: string | undefined;
  readonly retries?: number | undefined;
  readonly timeout?: number | undefined;
  readonly cores?: number | undefined;
  readonly memory?: number | undefined;
}

/** What any step has. */
export const baseOf = (yaml: YamlFile, { name, family, path }: Written, fields: Common) => ({
  name,
  family,
  at: yaml.at({ key: path }),
  limits: limitsOf(fields),
});

const limitsOf = ({ retries = 0, timeout, cores = 1, memory }: Common): Limits => ({
  retries,
  ...(timeout === undefined ? {} : { timeout }),
  cores,
  ...(memory === undefined ? {} : { memory }),
});

/** The standard input. */
export const mainInput = ({ path }: Written, { in: text }: Common): Reference[] =>
  text === undefined ? [] : [{ input: 'in', text, path: [...path, 'in'], takesFolder: false }];

/** The standard output. */
export const mainOutput = ({ name }: Written, extension = ''): Output => ({
  name: 'out',
  kind: 'file',
  fileName: extension === '' ? name : `${name}.${extension}`,
});

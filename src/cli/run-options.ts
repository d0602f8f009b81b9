import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { StageError } from '../error.ts';
import { readArguments, type RunCommand } from './run-flags.ts';
import { readTextFile } from './text-file.ts';

/** What these commands are told. */
export interface RunOptions {
  readonly file: string;
  readonly text: string;
  readonly steps: readonly string[];
  readonly params?: { readonly name: string; readonly text: string } | undefined;
  readonly set: readonly string[];
  /** Steps that are run together with all that comes after them. */
  readonly from: readonly string[];
  /** Whether the steps that are named are run alone; what they need must be in the store. */
  readonly only: boolean;
  /** Steps to run though nothing changed; `all` for every one that is selected. */
  readonly force: 'all' | readonly string[];
  readonly dryRun: boolean;
  readonly explain: boolean;
  /** Tell it to a program, on the standard output. */
  readonly json: boolean;
  /** Tell only what goes wrong. */
  readonly quiet: boolean;
  /** Whether steps that don't need one that failed are run all the same. */
  readonly keepGoing: boolean;
  /** Run again whenever a file changes that the experiment reads. */
  readonly watch: boolean;
  readonly jobs: number;
  readonly format: (typeof FORMATS)[number];
  /** Absolute paths. In a working folder that was removed meanwhile, Node 20's recursive mkdir of a relative one never ends. */
  readonly store: string;
  readonly results: string;
  /** The store that machines share, if there is one. */
  readonly remote: { readonly remote: string | undefined; readonly readOnly: boolean };
}

/** Reads the arguments of a command; `undefined` if only the help was asked for. Throws `USAGE`. */
export async function readRunOptions(command: RunCommand, args: string[]): Promise<RunOptions | undefined> {
  const given = await readArguments(command, args);
  if (given === undefined) return undefined;
  const argv = given.values as Parsed;
  const [file, ...named] = given.positionals;
  if (file === undefined) {
    const hint = `sluice ${command} config/imdb.yaml; what follows --force or --only is a step`;
    throw new StageError('USAGE', 'which experiment?', { hint });
  }
  const steps = [...named, ...(argv.only ?? []).filter(isName)];
  if (argv.only !== undefined && steps.length === 0)
    throw new StageError('USAGE', '--only: which step?', { hint: 'name it: --only STEP' });
  return {
    file,
    text: readTextFile(file),
    steps,
    params: argv.params === undefined ? undefined : { name: argv.params, text: readTextFile(argv.params) },
    set: argv.set ?? [],
    from: argv.from ?? [],
    only: argv.only !== undefined,
    force: readForce(argv.force),
    dryRun: argv['dry-run'] ?? false,
    explain: argv.explain ?? false,
    json: argv.json ?? false,
    quiet: argv.quiet ?? false,
    keepGoing: argv['keep-going'] ?? false,
    watch: argv.watch === true && argv['no-watch'] !== true,
    jobs: readJobs(argv.jobs),
    format: readFormat(argv.format),
    store: folderOf('store', argv.store ?? '.sluice'),
    results: folderOf('results', argv.results ?? 'results'),
    remote: { remote: argv.remote, readOnly: argv['remote-read-only'] ?? false },
  };
}

interface Parsed {
  readonly params?: string;
  readonly set?: readonly string[];
  readonly from?: readonly string[];
  /** Empty where no step is named. */
  readonly only?: readonly string[];
  readonly force?: readonly string[];
  readonly 'dry-run'?: boolean;
  readonly explain?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly 'keep-going'?: boolean;
  readonly watch?: boolean;
  readonly 'no-watch'?: boolean;
  readonly jobs?: string;
  readonly format?: string;
  readonly store?: string;
  readonly results?: string;
  readonly remote?: string;
  readonly 'remote-read-only'?: boolean;
}

/** An absolute path; what is there must be a folder. */
function folderOf(name: string, path: string): string {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === false)
    throw new StageError('USAGE', `--${name} is ${path}: a file, where a folder is needed`);
  return resolve(path);
}

const isName = (given: string): boolean => given !== '';

function readForce(given: Parsed['force'] = []): RunOptions['force'] {
  return given.includes('') ? 'all' : given.filter(isName);
}

function readJobs(jobsText: string | undefined): number {
  const jobs = jobsText === undefined ? availableParallelism() : Number(jobsText);
  if (Number.isInteger(jobs) && jobs > 0) return jobs;
  throw new StageError('USAGE', `--jobs is "${jobsText}": expected a whole number of at least 1`);
}

const FORMATS = ['mermaid', 'dot', 'svg'] as const;

function readFormat(name = 'mermaid'): RunOptions['format'] {
  const format = FORMATS.find((known) => known === name);
  if (format !== undefined) return format;
  throw new StageError('USAGE', `--format is "${name}"`, { hint: `expected one of ${FORMATS.join(', ')}` });
}

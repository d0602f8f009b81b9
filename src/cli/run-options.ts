import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Argv, Options } from 'yargs';
import { StageError } from '../error.ts';
import { unknownFlag } from './flags.ts';
import { writeText } from './output.ts';
import { newParser, parse } from './parser.ts';
import { readTextFile } from './text-file.ts';

/** The commands that read an experiment. */
export type RunCommand = 'run' | 'status' | 'graph';

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
  const parser = describe(command, args);
  const argv = checkNames(command, parse(parser));
  if (argv.help) {
    await writeText(`${await parser.getHelp()}\n`);
    return undefined;
  }
  const [file, ...steps] = argv._.map(String);
  if (file === undefined) {
    throw new StageError('USAGE', 'which experiment?', { hint: `sluice ${command} config/imdb.yaml` });
  }
  return {
    file,
    text: await readTextFile(file),
    steps: [...steps, ...(argv.only ?? [])],
    params:
      argv.params === undefined ? undefined : { name: argv.params, text: await readTextFile(argv.params) },
    set: argv.set ?? [],
    from: argv.from ?? [],
    only: argv.only !== undefined,
    force: argv.force?.length === 0 ? 'all' : (argv.force ?? []),
    dryRun: argv['dry-run'] ?? false,
    explain: argv.explain ?? false,
    json: argv.json ?? false,
    quiet: argv.quiet ?? false,
    keepGoing: argv['keep-going'] ?? false,
    watch: argv.watch ?? false,
    jobs: readJobs(argv.jobs),
    format: readFormat(argv.format),
    store: resolve(argv.store ?? '.sluice'),
    results: resolve(argv.results ?? 'results'),
    remote: { remote: argv.remote, readOnly: argv['remote-read-only'] ?? false },
  };
}

interface Parsed {
  readonly _: readonly (string | number)[];
  readonly help?: boolean;
  readonly params?: string;
  readonly set?: readonly string[];
  readonly from?: readonly string[];
  readonly only?: readonly string[];
  readonly force?: readonly string[];
  readonly 'dry-run'?: boolean;
  readonly explain?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly 'keep-going'?: boolean;
  readonly watch?: boolean;
  readonly jobs?: string;
  readonly format?: string;
  readonly store?: string;
  readonly results?: string;
  readonly remote?: string;
  readonly 'remote-read-only'?: boolean;
}

const text: Options = { type: 'string', requiresArg: true };
const texts: Options = { type: 'string', array: true };
const flag: Options = { type: 'boolean' };
const EVERY: readonly RunCommand[] = ['run', 'status', 'graph'];
const PLANNING: readonly RunCommand[] = ['run', 'status'];
const RUN: readonly RunCommand[] = ['run'];

/** Each option with the commands that have it. */
const OPTIONS: Record<string, Options & { readonly of: readonly RunCommand[] }> = {
  params: { ...text, of: EVERY, describe: "A YAML file of parameters that replace the experiment's" },
  set: { ...texts, requiresArg: true, of: EVERY, describe: 'name=value: replaces one parameter' },
  from: { ...texts, requiresArg: true, of: EVERY, describe: 'A step, and all that comes after it' },
  only: {
    ...texts,
    of: RUN,
    describe: '[=STEP] Nothing but these steps; what they need must be in the store',
  },
  force: { ...texts, of: PLANNING, describe: '[=STEP] Run it though nothing changed; without a step, all' },
  'dry-run': { ...flag, of: RUN, describe: 'Show what would run, and why; run nothing' },
  explain: { ...flag, of: PLANNING, describe: 'Show every part of a key that makes a step run' },
  'keep-going': {
    ...flag,
    alias: 'k',
    of: RUN,
    describe: 'After a failure, run on what does not need that step',
  },
  watch: { ...flag, alias: 'w', of: RUN, describe: 'Run again whenever a file changes that it reads' },
  jobs: { ...text, alias: 'j', of: RUN, describe: 'How many cores steps may keep busy [default: all]' },
  quiet: { ...flag, alias: 'q', of: RUN, describe: 'Tell only failures and warnings' },
  json: { ...flag, of: PLANNING, describe: 'Tell it to a program: a JSON object a line, on standard output' },
  format: { ...text, of: ['graph'], describe: 'mermaid, dot or svg [default: mermaid]' },
  store: { ...text, of: EVERY, describe: 'Where outputs are kept [default: .sluice]' },
  results: { ...text, of: RUN, describe: 'Where links to the outputs go [default: results]' },
  remote: { ...text, of: RUN, describe: 'A store that machines share: s3://BUCKET/PREFIX or a folder' },
  'remote-read-only': { ...flag, of: RUN, describe: 'Take from the shared store, send nothing there' },
};

const USAGE: Record<RunCommand, string> = {
  run: 'Runs an experiment: the named steps and what they need, or all. What has not changed is not run again.',
  status: 'Tells what a run would do, and why. Ends with 0 if there is nothing to do, else with 1.',
  graph:
    'Prints the steps and what flows between them as a picture or a text that becomes one, with hits and misses told apart.',
};

function describe(command: RunCommand, args: string[]): Argv {
  let parser = newParser(command, args).usage(
    `sluice ${command} FILE [STEP…] [options]\n\n${USAGE[command]}`,
  );
  for (const [name, { of, ...option }] of Object.entries(OPTIONS))
    if (of.includes(command)) parser = parser.option(name, option);
  return parser;
}

function checkNames(command: RunCommand, argv: Record<string, unknown>): Parsed {
  const own = Object.entries(OPTIONS).filter(([, { of }]) => of.includes(command));
  const names = [...own.map(([name]) => name), 'help'];
  const aliases = own.flatMap(([, { alias }]) => alias ?? []);
  for (const [name, value] of Object.entries(argv)) {
    if (['_', '$0', 'h', ...aliases].includes(name)) continue;
    if (!names.includes(name)) throw unknownFlag(name, names);
    if (Array.isArray(value) && OPTIONS[name]?.array !== true)
      throw new StageError('USAGE', `--${name} is given more than once`);
  }
  return argv as unknown as Parsed;
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

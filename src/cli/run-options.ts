import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Argv } from 'yargs';
import { fromSystemError, StageError } from '../error.ts';
import { unknownFlag } from './flags.ts';
import { writeText } from './output.ts';
import { newParser, parse } from './parser.ts';

/** What `sluice run` and `sluice graph` are told. */
export interface RunOptions {
  readonly file: string;
  readonly text: string;
  readonly steps: readonly string[];
  readonly params?: { readonly name: string; readonly text: string } | undefined;
  readonly set: readonly string[];
  readonly only: boolean;
  /** Steps to run though nothing changed; `all` for every one that is selected. */
  readonly force: 'all' | readonly string[];
  readonly dryRun: boolean;
  readonly explain: boolean;
  /** Whether steps that don't need one that failed are run all the same. */
  readonly keepGoing: boolean;
  readonly jobs: number;
  /** Absolute paths. In a working folder that was removed meanwhile, Node 20's recursive mkdir of a relative one never ends. */
  readonly store: string;
  readonly results: string;
}

/** Reads the arguments of `sluice run`; `undefined` if only the help was asked for. Throws `USAGE`. */
export async function readRunOptions(command: string, args: string[]): Promise<RunOptions | undefined> {
  const parser = describeRun(command, args);
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
    text: await read(file),
    steps,
    params: argv.params === undefined ? undefined : { name: argv.params, text: await read(argv.params) },
    set: argv.set ?? [],
    only: argv.only ?? false,
    force: argv.force?.length === 0 ? 'all' : (argv.force ?? []),
    dryRun: argv['dry-run'] ?? false,
    explain: argv.explain ?? false,
    keepGoing: argv['keep-going'] ?? false,
    jobs: readJobs(argv.jobs),
    store: resolve(argv.store ?? '.sluice'),
    results: resolve(argv.results ?? 'results'),
  };
}

interface Parsed {
  readonly _: readonly (string | number)[];
  readonly help?: boolean;
  readonly params?: string;
  readonly set?: readonly string[];
  readonly only?: boolean;
  readonly force?: readonly string[];
  readonly 'dry-run'?: boolean;
  readonly explain?: boolean;
  readonly 'keep-going'?: boolean;
  readonly jobs?: string;
  readonly store?: string;
  readonly results?: string;
}

function describeRun(command: string, args: string[]): Argv {
  const parser = newParser(command, args)
    .usage(`sluice ${command} FILE [STEP…] [options]\n\n${USAGE[command]}`)
    .option('params', {
      type: 'string',
      requiresArg: true,
      describe: "A YAML file of parameters that replace the experiment's",
    })
    .option('set', {
      type: 'string',
      array: true,
      requiresArg: true,
      describe: 'name=value: replaces one parameter',
    });
  if (command !== 'run') return parser;
  return parser
    .option('dry-run', { type: 'boolean', describe: 'Show what would run, and why; run nothing' })
    .option('explain', { type: 'boolean', describe: 'Show every part of a key that makes a step run' })
    .option('force', {
      type: 'string',
      array: true,
      describe: '[=STEP] Run it though nothing changed; without a step, all',
    })
    .option('only', {
      type: 'boolean',
      describe: 'Run only the named steps; what they need must be in the store',
    })
    .option('keep-going', {
      alias: 'k',
      type: 'boolean',
      describe: 'After a failure, run on what does not need the step that failed',
    })
    .option('jobs', {
      alias: 'j',
      type: 'string',
      requiresArg: true,
      describe: 'How many steps may run at the same time [default: the cores]',
    })
    .option('store', {
      type: 'string',
      requiresArg: true,
      describe: 'Where outputs are kept [default: .sluice]',
    })
    .option('results', {
      type: 'string',
      requiresArg: true,
      describe: 'Where links to the outputs go [default: results]',
    });
}

const USAGE: Record<string, string> = {
  run: 'Runs an experiment: the named steps and what they need, or all. What has not changed is not run again.',
  graph: 'Prints the steps and what flows between them as a Mermaid flowchart.',
};

const NAMES: Record<string, readonly string[]> = {
  run: [
    'params',
    'set',
    'dry-run',
    'explain',
    'force',
    'only',
    'keep-going',
    'jobs',
    'store',
    'results',
    'help',
  ],
  graph: ['params', 'set', 'help'],
};
const ALIASES = ['_', '$0', 'h', 'j', 'k'];

function checkNames(command: string, argv: Record<string, unknown>): Parsed {
  const names = NAMES[command]!;
  const unknown = Object.keys(argv).find((name) => !names.includes(name) && !ALIASES.includes(name));
  if (unknown !== undefined) throw unknownFlag(unknown, names);
  const [repeated] =
    Object.entries(argv).find(
      ([name, value]) => Array.isArray(value) && !['_', 'set', 'force'].includes(name),
    ) ?? [];
  if (repeated !== undefined) throw new StageError('USAGE', `--${repeated} is given more than once`);
  return argv as unknown as Parsed;
}

function readJobs(text: string | undefined): number {
  const jobs = text === undefined ? availableParallelism() : Number(text);
  if (Number.isInteger(jobs) && jobs > 0) return jobs;
  throw new StageError('USAGE', `--jobs is "${text}": expected a whole number of at least 1`);
}

/** A file of YAML that the command names: whatever is wrong with it is wrong with the command. */
async function read(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: unknown) => {
    const known = fromSystemError(error, file);
    if (!(known instanceof StageError)) throw error;
    throw new StageError('USAGE', known.message, { where: known.where, cause: error });
  });
  if (isUtf8(bytes)) return bytes.toString().replace(/^\ufeff/, '');
  const line = bytes.toString().split('\ufffd', 1)[0]!.split('\n').length;
  throw new StageError('USAGE', 'not text in UTF-8', {
    where: { file, line },
    hint: 'save it as UTF-8 in your editor',
  });
}

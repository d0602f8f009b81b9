import { parseArgs } from 'node:util';
import { StageError } from '../error.ts';
import { writeText } from './output.ts';
import { unknownFlag } from './unknown-flag.ts';

/** The commands that read an experiment. */
export type RunCommand = 'run' | 'status' | 'graph';

/** The arguments of a command: options by name, and what was loose. */
export interface Arguments {
  readonly values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
}

/**
 * Reads the arguments of a command; `undefined` if only the help was asked for. Throws `USAGE`. Node's own parser reads
 * them: yargs takes longer to load than all of a run in which nothing has to, and here it only shows the help.
 */
export async function readArguments(command: RunCommand, args: string[]): Promise<Arguments | undefined> {
  const options = { ...optionsOf(command), help: HELP };
  const parsed = parseArgs({
    args: args.map((arg, i) => (standsAlone(arg, args[i + 1], options) ? `${arg}=` : arg)),
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given = parsed.tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
  checkValues(parsed.values, options, given);
  if (parsed.values['help'] !== true) return parsed;
  await showHelp(command);
  return undefined;
}

/** An option as Node's parser and yargs's help take it. */
interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: boolean;
  /** Whether it may be given without a value, which is an empty text then. */
  readonly optional?: boolean;
  readonly describe: string;
}

const text = { type: 'string' } as const;
const texts = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean' } as const;
const HELP: Option = { ...flag, short: 'h', describe: 'Show this help' };
const EVERY: readonly RunCommand[] = ['run', 'status', 'graph'];
const PLANNING: readonly RunCommand[] = ['run', 'status'];
const RUN: readonly RunCommand[] = ['run'];

/** Each option with the commands that have it. */
const OPTIONS: Readonly<Record<string, Option & { readonly of: readonly RunCommand[] }>> = {
  params: { ...text, of: EVERY, describe: "A YAML file of parameters that replace the experiment's" },
  set: { ...texts, of: EVERY, describe: 'name=value: replaces one parameter' },
  from: { ...texts, of: EVERY, describe: 'A step, and all that comes after it' },
  only: {
    ...texts,
    optional: true,
    of: RUN,
    describe: '[=STEP] Nothing but these steps; what they need must be in the store',
  },
  force: {
    ...texts,
    optional: true,
    of: PLANNING,
    describe: '[=STEP] Run it though nothing changed; without a step, all',
  },
  'dry-run': { ...flag, of: RUN, describe: 'Show what would run, and why; run nothing' },
  explain: { ...flag, of: PLANNING, describe: 'Show every part of a key that makes a step run' },
  'keep-going': {
    ...flag,
    short: 'k',
    of: RUN,
    describe: 'After a failure, run on what does not need that step',
  },
  watch: { ...flag, short: 'w', of: RUN, describe: 'Run again whenever a file changes that it reads' },
  'no-watch': { ...flag, of: RUN, describe: 'Run once, though --watch is given' },
  jobs: { ...text, short: 'j', of: RUN, describe: 'How many cores steps may keep busy [default: all]' },
  quiet: { ...flag, short: 'q', of: RUN, describe: 'Tell only failures and warnings' },
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

const optionsOf = (command: RunCommand): Record<string, Option> =>
  Object.fromEntries(Object.entries(OPTIONS).filter(([, { of }]) => of.includes(command)));

/** Whether it is an option that takes a value and has none: what follows is another option, or nothing. */
function standsAlone(
  arg: string,
  next: string | undefined,
  options: Readonly<Record<string, Option>>,
): boolean {
  const name = Object.keys(options).find((known) => arg === `--${known}`);
  return (
    name !== undefined && options[name]!.type === 'string' && (next === undefined || next.startsWith('-'))
  );
}

async function showHelp(command: RunCommand): Promise<void> {
  const { newParser } = await import('./parser.ts');
  let parser = newParser(command, []).usage(`sluice ${command} FILE [STEP…] [options]\n\n${USAGE[command]}`);
  for (const [name, { type, short, describe }] of Object.entries(optionsOf(command)))
    parser = parser.option(name, { type, describe, ...(short === undefined ? {} : { alias: short }) });
  await writeText(`${await parser.getHelp()}\n`);
}

function checkValues(
  values: Arguments['values'],
  options: Readonly<Record<string, Option>>,
  given: readonly string[],
): void {
  for (const [name, value] of Object.entries(values)) {
    const option = options[name];
    if (option === undefined) throw unknownFlag(name, Object.keys(options));
    const isBare = [value].flat().some((given) => given === '' || given === true);
    if (option.type === 'string' && isBare && option.optional !== true)
      throw new StageError('USAGE', `--${name} needs a value`, { hint: option.describe });
    if (option.type === 'boolean' && typeof value !== 'boolean')
      throw new StageError('USAGE', `--${name} takes no value`);
    if (option.multiple !== true && given.filter((other) => other === name).length > 1)
      throw new StageError('USAGE', `--${name} is given more than once`);
  }
}

import { resolve } from 'node:path';
import type { Argv } from 'yargs';
import { parseDuration, parseSize } from '../../pipeline/yaml/quantity.ts';
import { StageError } from '../error.ts';
import { suggest } from '../nearest.ts';
import { unknownFlag } from './unknown-flag.ts';
import { writeText } from './output.ts';
import { newParser, parse } from './parser.ts';

/** What `sluice cache` is told. */
export interface CacheOptions {
  readonly action: 'ls' | 'verify' | 'gc' | 'push';
  /** An absolute path. */
  readonly store: string;
  readonly json: boolean;
  readonly sort: 'used' | 'size';
  /** In seconds. */
  readonly olderThan: number | undefined;
  /** In bytes. */
  readonly maxSize: number | undefined;
  readonly keep: readonly string[];
  readonly dryRun: boolean;
  /** The store that machines share, if it is named. */
  readonly remote: string | undefined;
}

/** Reads the arguments of `sluice cache`; `undefined` if only the help was asked for. Throws `USAGE`. */
export async function readCacheOptions([action, ...args]: string[]): Promise<CacheOptions | undefined> {
  if (action === undefined || action === '--help' || action === '-h') {
    await writeText(HELP);
    return undefined;
  }
  if (!isAction(action)) {
    const hint = suggest(action, Object.keys(FLAGS));
    throw new StageError('USAGE', `sluice cache has no command "${action}"`, { hint });
  }
  const parser = describe(action, args);
  const argv = check(action, parse(parser));
  if (argv.help) {
    await writeText(`${await parser.getHelp()}\n`);
    return undefined;
  }
  return {
    action,
    store: resolve(argv.store ?? '.sluice'),
    json: argv.json ?? false,
    sort: readSort(argv.sort),
    olderThan: readQuantity('older-than', argv['older-than'], {
      parse: parseDuration,
      example: '30d or 12h',
    }),
    maxSize: readQuantity('max-size', argv['max-size'], { parse: parseSize, example: '5GB or 500MB' }),
    keep: argv.keep ?? [],
    dryRun: argv['dry-run'] ?? false,
    remote: argv.remote,
  };
}

interface Parsed {
  readonly help?: boolean;
  readonly store?: string;
  readonly json?: boolean;
  readonly sort?: string;
  readonly 'older-than'?: string;
  readonly 'max-size'?: string;
  readonly keep?: readonly string[];
  readonly 'dry-run'?: boolean;
  readonly remote?: string;
}

const HELP = `sluice cache: what is kept of earlier runs

  sluice cache ls        List it: whose it is, how large, and when it was last of use
  sluice cache verify    Read all of it, and remove what is damaged
  sluice cache gc        Remove what is not needed, or not any more
  sluice cache push      Send it to a store that machines share

Each explains itself: sluice cache gc --help
`;

const USAGE: Record<CacheOptions['action'], string> = {
  ls: 'Lists what is kept: a line for each time a step ran.',
  verify:
    'Reads everything and removes what is damaged; the steps that made it will run again. Exit code 1 if there was any.',
  gc: 'Removes what no run can make use of and, if asked to, what was not of use for long. Results stay.',
  push: 'Sends what a shared store lacks of all that is kept here, such as what was made before there was one. Exit code 1 if not all could be sent.',
};

const FLAGS: Record<CacheOptions['action'], readonly string[]> = {
  ls: ['store', 'json', 'sort', 'help'],
  verify: ['store', 'json', 'help'],
  gc: ['store', 'json', 'older-than', 'max-size', 'keep', 'dry-run', 'help'],
  push: ['store', 'json', 'remote', 'help'],
};

const isAction = (text: string): text is CacheOptions['action'] => Object.hasOwn(FLAGS, text);

function describe(action: CacheOptions['action'], args: string[]): Argv {
  const parser = newParser(`cache ${action}`, args)
    .usage(`sluice cache ${action} [options]\n\n${USAGE[action]}`)
    .option('store', { type: 'string', requiresArg: true, describe: 'Which store [default: .sluice]' })
    .option('json', { type: 'boolean', describe: 'Write JSON to the standard output' });
  if (action === 'ls')
    return parser.option('sort', {
      type: 'string',
      requiresArg: true,
      describe: 'By last use, or by size [one of used, size; default: used]',
    });
  if (action === 'verify') return parser;
  const text = { type: 'string', requiresArg: true } as const;
  if (action === 'push')
    return parser.option('remote', {
      ...text,
      describe: 'The shared store: s3://BUCKET/PREFIX or a folder [default: SLUICE_REMOTE]',
    });
  return parser
    .option('older-than', { ...text, describe: 'What was not of use for that long, such as 30d or 12h' })
    .option('max-size', {
      ...text,
      describe: 'The least recently used, until the rest takes no more, such as 5GB',
    })
    .option('keep', { ...text, array: true, describe: 'An experiment whose last results stay in any case' })
    .option('dry-run', { type: 'boolean', describe: 'Tell what would go; remove nothing' });
}

function check(action: CacheOptions['action'], argv: ReturnType<typeof parse>): Parsed {
  const unknown = Object.keys(argv).find(
    (name) => !FLAGS[action].includes(name) && !['_', '$0', 'h'].includes(name),
  );
  if (unknown !== undefined) throw unknownFlag(unknown, FLAGS[action]);
  if (argv._.length > 0) throw new StageError('USAGE', `"${argv._.join(' ')}" is not an option`);
  const [repeated] =
    Object.entries(argv).find(([name, value]) => Array.isArray(value) && !['_', 'keep'].includes(name)) ?? [];
  if (repeated !== undefined) throw new StageError('USAGE', `--${repeated} is given more than once`);
  return argv as Parsed;
}

function readSort(text = 'used'): CacheOptions['sort'] {
  if (text === 'used' || text === 'size') return text;
  throw new StageError('USAGE', `--sort is "${text}"`, { hint: suggest(text, ['used', 'size']) });
}

function readQuantity(
  name: string,
  text: string | undefined,
  { parse: read, example }: { parse: (text: string) => number | undefined; example: string },
): number | undefined {
  if (text === undefined) return undefined;
  const value = read(text);
  if (value !== undefined) return value;
  throw new StageError('USAGE', `--${name} is "${text}": expected ${example}`);
}

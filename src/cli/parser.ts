import yargs, { type Argv } from 'yargs';
import { StageError } from '../error.ts';

/** A parser of a command's arguments that leaves what values mean to the command, and that never ends the process. */
export function newParser(command: string, args: string[]): Argv {
  return (yargs(args) as Argv & HidesTypes)
    .usageConfiguration({ 'hide-types': true })
    .scriptName(`sluice ${command}`)
    .parserConfiguration({
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'camel-case-expansion': false,
      'greedy-arrays': false,
    })
    .version(false)
    .help(false)
    .fail(false)
    .exitProcess(false)
    .option('help', { alias: 'h', type: 'boolean', describe: 'Show this help' })
    .wrap(Math.min(110, process.stdout.columns ?? 110));
}

/** What yargs's types leave out. */
interface HidesTypes {
  usageConfiguration(configuration: { 'hide-types': boolean }): Argv;
}

/** The arguments by name; what was loose is `_`. Throws `USAGE`. */
export function parse(parser: Argv): Record<string, unknown> & { readonly _: (string | number)[] } {
  try {
    return parser.parseSync();
  } catch (error) {
    throw new StageError('USAGE', (error as Error).message);
  }
}

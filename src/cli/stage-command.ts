import type { Argv } from 'yargs';
import { StageError } from '../error.ts';
import { flagOf, valueText } from '../options.ts';
import type { AnyStage, Context } from '../stage.ts';
import { flagsOf, readOptions, type Flag } from './flags.ts';
import { readStandardInput } from './input.ts';
import { checkTerminal, writeStandardOutput, writeText } from './output.ts';
import { newParser, parse } from './parser.ts';
import { showProgress } from './progress.ts';
import { findRunner } from './runner-channel.ts';

/** `sluice STAGE [options] < in > out`, from the stage's declaration. */
export async function runStage(
  name: string,
  stage: AnyStage,
  { args, signal }: { args: string[]; signal: AbortSignal },
): Promise<void> {
  const given = await parseArguments(name, stage, args);
  if (given === undefined) return; // the help was shown
  const options = readOptions(stage, given);
  checkTerminal(stage);
  signal.addEventListener('abort', () => setTimeout(() => process.exit(130), GRACE).unref());
  const runner = findRunner();
  const context: Context = {
    say: (line) => void process.stderr.write(`${line}\n`),
    progress: showProgress(runner),
    signal,
  };
  const input = stage.reads.name === 'nothing' ? nothing() : readStandardInput(stage, signal);
  const output = stage.run(stage.reads.read(input), options, context);
  const counted = runner?.counting(output, stage.writes) ?? output;
  await writeStandardOutput(stage.writes.write(counted), signal);
}

/** How long a stage that was interrupted may take to clean up, in milliseconds. */
const GRACE = 2000;

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** The flags as they were given, by their names; `undefined` if only the help was asked for. */
async function parseArguments(
  name: string,
  stage: AnyStage,
  args: string[],
): Promise<Record<string, unknown> | undefined> {
  checkSwitches(stage, args);
  const positional = stage.positional && flagOf(stage.positional);
  const parser = describeStage(name, stage, args);
  const { _: loose, $0: _program, help, h: _h, ...given } = parse(parser);
  if (help === true) {
    await writeText(`${await parser.getHelp()}\n`);
    return undefined;
  }
  if (positional && given[positional] === undefined && loose.length > 0)
    given[positional] = String(loose.shift());
  if (loose.length === 0) return given;
  throw new StageError('USAGE', `"${loose.join(' ')}" is not an option`, {
    hint: `input comes from the standard input: sluice ${name} < FILE`,
  });
}

/** The parser takes every value of a switch but `true` for off. */
function checkSwitches(stage: AnyStage, args: readonly string[]): void {
  for (const { name, type } of flagsOf(stage)) {
    const flag = `--${flagOf(name)}`;
    const value = args.find((arg) => arg.startsWith(`${flag}=`))?.slice(flag.length + 1);
    if (type !== 'boolean' || value === undefined || value === 'true' || value === 'false') continue;
    throw new StageError('USAGE', `${flag} is "${value}": expected true or false`);
  }
}

function describeStage(name: string, stage: AnyStage, args: string[]): Argv {
  const flow = `Reads ${stage.reads.name}, writes ${stage.writes.name}.`;
  const positional = stage.positional ? ` ${stage.positional.toUpperCase()}` : '';
  const parser = newParser(name, args)
    .usage(`sluice ${name}${positional} [options]\n\n${stage.summary}\n${flow}`)
    .epilogue(`Example:\n  ${stage.example}`);
  for (const flag of flagsOf(stage)) {
    const type = flag.type === 'boolean' ? 'boolean' : 'string';
    parser.option(flagOf(flag.name), { type, describe: describe(flag), requiresArg: type === 'string' });
  }
  return parser;
}

function describe({ description, choices, default: byDefault, required }: Flag): string {
  const notes = [
    ...(choices ? [`one of ${choices.join(', ')}`] : []),
    ...(required ? ['needed'] : []),
    ...(byDefault === undefined || byDefault === false ? [] : [`default ${valueText(byDefault)}`]),
  ];
  return notes.length > 0 ? `${description} [${notes.join('; ')}]` : description;
}

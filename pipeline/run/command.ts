import { join } from 'node:path';
import { flagOf, valueText } from '../../src/options.ts';
import type { CommandStep, StageStep, Step } from '../experiment.ts';

/** What a step's process is besides where its standard input and output go. */
export interface CommandLine {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Where a step finds and leaves its files: absolute paths, by the names of inputs and outputs. */
export interface Places {
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

/** The command line of a step. `program` is the one that runs a stage, up to the stage's name. */
export function commandLine(
  step: Step,
  places: Places,
  { program, environment }: { program: readonly string[]; environment: CommandLine['environment'] },
): CommandLine {
  if (step.kind === 'command')
    return { command: [...SHELL, step.command], environment: environmentOf(step, environment) };
  return { command: [...program, step.stage, ...stageFlags(step, places)], environment };
}

/** A stage's flags, as a person would type them. */
function stageFlags(step: StageStep, { inputs, outputs }: Places): string[] {
  const { in: _input, ...inputFiles } = inputs;
  const { out: _output, ...outputFiles } = outputs;
  return flags({ ...step.options, ...inputFiles, ...outputFiles });
}

/**
 * What comes after a command. 141 is 128 + SIGPIPE: a part of the last pipe wrote on after a later part, such as `head`,
 * had enough. That is no failure where no part had another one. The first newline is for a command that ends in a backslash.
 */
const TAKE_CLOSED_PIPE = `

statuses=("$?" "\${PIPESTATUS[@]}")
if ((statuses[0] != 141)); then
  ((statuses[0] == 0 || \${#statuses[@]} < 3)) || echo "the parts of its last pipe ended with \${statuses[*]:1}" >&2
  exit "\${statuses[0]}"
fi
for status in "\${statuses[@]}"; do ((status == 0 || status == 141)) || exit "$status"; done`;

/**
 * `pipefail`, so that a mistake in the middle of a pipe is not taken for an empty result. In the background, a reader
 * of file descriptor 3 waits for its end, which comes if the runner is killed, and then ends the group.
 */
const SHELL = [
  'bash',
  '-c',
  `{ read -r <&3 || kill -KILL 0; } > /dev/null 2>&1 & exec bash -o pipefail -c "$0"'${TAKE_CLOSED_PIPE}' 3<&-`,
];

/** What a command may see besides what its step declares: who it runs for, and how programs and servers are found. */
const PASSED =
  /^(PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|(https?|no|all)_proxy|SSL_CERT_(FILE|DIR))$/i;

/** What `sort` and `date` go by must not differ from one machine to the next. */
const SAME_EVERYWHERE = { LC_ALL: 'C', TZ: 'UTC' };

function environmentOf(
  { env, secrets }: CommandStep,
  found: CommandLine['environment'],
): CommandLine['environment'] {
  const passed = Object.entries(found).filter(([name]) => PASSED.test(name) || secrets.includes(name));
  const declared = Object.entries(env).map(([name, value]) => [name, value ?? found[name]]);
  return { ...Object.fromEntries(passed), ...SAME_EVERYWHERE, ...Object.fromEntries(declared) };
}

/** Options as flags: `--batch-size=512 --units=16,16 --shuffle --no-stratify`. */
export function flags(options: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (typeof value === 'boolean') return [value ? `--${flagOf(name)}` : `--no-${flagOf(name)}`];
    return [`--${flagOf(name)}=${valueText(value)}`];
  });
}

/** Where a step leaves its outputs, in a folder of its own. */
export function outputPlaces(step: Step, folder: string): Record<string, string> {
  return Object.fromEntries(
    step.outputs.map(({ name, path }) => [
      name,
      path === undefined ? join(folder, name) : join(workingFolder(folder), path),
    ]),
  );
}

/** The folder that a command is run in. */
export const workingFolder = (folder: string): string => join(folder, 'work');

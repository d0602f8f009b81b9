import { join } from 'node:path';
import { flagOf, valueText } from '../src/options.ts';
import type { Source, Step } from './experiment.ts';
import type { Job } from './process.ts';

interface Surroundings {
  /** Where the step writes: each output in it by name. */
  readonly folder: string;
  /** The command line that runs a stage, up to the stage's name. */
  readonly program: readonly string[];
  /** The path of an input. */
  readonly input: (source: Source) => string;
}

/** What a step's process is: for a stage, the command line that a person would type. */
export function commandOf(step: Step, { folder, program, input }: Surroundings): Job {
  const { in: main, ...others } = step.inputs;
  const files = { stdin: main && input(main), stdout: join(folder, 'out') };
  if (step.kind === 'command')
    return {
      ...files,
      command: [...SHELL, step.command],
      environment: SAME_EVERYWHERE,
      ipc: false,
    };
  const options: Record<string, unknown> = { ...step.options };
  for (const [name, source] of Object.entries(others)) options[name] = input(source);
  for (const { name } of step.outputs) if (name !== 'out') options[name] = join(folder, name);
  return { ...files, command: [...program, step.stage, ...flags(options)], ipc: true };
}

/**
 * What comes after a command. 141 is 128 + SIGPIPE: a part of the last pipe wrote on after a later part, such as `head`,
 * had enough. That is no failure where no part had another one. The first newline is for a command that ends in a backslash.
 */
const TAKE_CLOSED_PIPE = `

statuses=("$?" "\${PIPESTATUS[@]}")
if ((statuses[0] != 141)); then exit "\${statuses[0]}"; fi
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

/**
 * What `sort` and `date` go by must not differ from one machine to the next, nor what bash does before and besides the
 * command.
 */
const SAME_EVERYWHERE = {
  LC_ALL: 'C',
  TZ: 'UTC',
  BASH_ENV: undefined,
  BASHOPTS: undefined,
  SHELLOPTS: undefined,
  CDPATH: undefined,
  POSIXLY_CORRECT: undefined,
};

/** Options as flags: `--batch-size=512 --units=16,16 --shuffle --no-stratify`. */
export function flags(options: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (typeof value === 'boolean') return [value ? `--${flagOf(name)}` : `--no-${flagOf(name)}`];
    return [`--${flagOf(name)}=${valueText(value)}`];
  });
}

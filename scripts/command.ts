import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { StageError } from '../src/error.ts';

export interface Finished {
  readonly ok: boolean;
  readonly stdout: string;
  /** Why it failed, in its own words: the last lines that it printed. */
  readonly complaint: string;
}

/** Runs a program to its end. `stdin` is closed: nothing may ask a question. */
export function run(
  program: string,
  parameters: readonly string[],
  about: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Finished {
  const { status, stdout, stderr, error } = spawnSync(program, parameters, {
    ...about,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
  const printed = `${stdout ?? ''}\n${stderr ?? ''}`.split('\n').filter((line) => line.trim());
  return {
    ok: status === 0,
    stdout: stdout ?? '',
    complaint: error ? describe(error, program) : printed.slice(-12).join('\n'),
  };
}

const describe = (error: NodeJS.ErrnoException, program: string): string =>
  error.code === 'ENOENT' ? `there is no ${program}` : error.message;

/** Runs npm, the one that runs this script where there is one. Throws `UNREACHABLE` where it fails. */
export function runNpm(parameters: readonly string[], cwd = process.cwd()): string {
  const script = npmScript();
  const finished = script
    ? run(process.execPath, [script, ...parameters], { cwd })
    : run('npm', parameters, { cwd });
  if (finished.ok) return finished.stdout;
  throw new StageError('UNREACHABLE', `npm ${parameters[0]} failed: ${finished.complaint}`, {
    hint: 'check that npm reaches its registry: `npm ping`',
  });
}

/** npm's own script: of the npm that runs us, else of the one on the PATH. Undefined where neither is there. */
export function npmScript(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const onPath = folders.map((folder) => join(folder, 'npm')).filter((file) => existsSync(file));
  const scripts = [process.env['npm_execpath'], ...onPath.map((file) => realpathSync(file))];
  return scripts.find((file) => file?.endsWith('npm-cli.js') && existsSync(file));
}

import { execa } from 'execa';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../folder.ts';

export const root = join(import.meta.dirname, '../..');

/** The built program, as `node PROGRAM`. */
export const program = join(root, 'dist/sluice.cjs');

/** The embedded sample. */
export const sample = join(root, 'config/sample');

/** A shell in a new folder, with a plain `sluice` on its PATH. */
export function newShell(): {
  folder: string;
  sh: (script: string) => Promise<{ stdout: string; stderr: string; code: number }>;
} {
  const folder = temporaryFolder();
  const bin = join(folder, '.bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'sluice'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`);
  chmodSync(join(bin, 'sluice'), 0o755);
  const env = { PATH: `${bin}:${process.env['PATH']}`, SAMPLE: sample, NO_COLOR: '1' };
  const sh = async (script: string) => {
    const ended = await execa('bash', ['-o', 'pipefail', '-c', script], {
      cwd: folder,
      env,
      reject: false,
      input: '',
    });
    return { stdout: ended.stdout, stderr: ended.stderr, code: ended.exitCode ?? -1 };
  };
  return { folder, sh };
}

/** Whether a test must be skipped, for a program that isn't installed here. Says so. */
export function isMissing(tool: string): boolean {
  const missing = spawnSync(tool, ['--version']).error !== undefined;
  if (missing) console.warn(`the tests that need ${tool} are skipped: it is not installed`);
  return missing;
}

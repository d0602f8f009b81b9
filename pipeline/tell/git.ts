import { execFile } from 'node:child_process';
import { relative } from 'node:path';
import { promisify } from 'node:util';

/** The commit that a folder is at. */
export interface Commit {
  readonly commit: string;
  /** Whether files differ from it. */
  readonly dirty: boolean;
}

/** The current folder's commit; changes in the folders `besides` don't count. `null` outside of git. */
export async function readCommit(besides: readonly string[]): Promise<Commit | null> {
  const excluded = besides
    .map((folder) => relative('', folder))
    .filter((folder) => folder !== '' && !folder.startsWith('..'))
    .map((folder) => `:(exclude)${folder}`);
  // Version 2 of the format tells the commit, too.
  const args = ['status', '--porcelain=2', '--branch', '--', ':/', ...excluded];
  try {
    const { stdout } = await promisify(execFile)('git', args, { maxBuffer: Infinity });
    const [, commit] = /^# branch\.oid ([0-9a-f]+)$/m.exec(stdout) ?? [];
    if (commit === undefined) return null; // there is none yet
    return { commit, dirty: /^[^#]/m.test(stdout) };
  } catch {
    return null; // no git, or no repository
  }
}

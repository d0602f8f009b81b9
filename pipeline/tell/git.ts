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
  const git = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)('git', args, { maxBuffer: Infinity })).stdout.trim();
  const excluded = besides
    .map((folder) => relative('', folder))
    .filter((folder) => folder !== '' && !folder.startsWith('..'))
    .map((folder) => `:(exclude)${folder}`);
  try {
    const [commit, changes] = await Promise.all([
      git('rev-parse', 'HEAD'),
      git('status', '--porcelain', '--', ':/', ...excluded),
    ]);
    return { commit, dirty: changes !== '' };
  } catch {
    return null; // no git, no repository, or no commit in it yet
  }
}

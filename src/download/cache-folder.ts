import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromSystemError } from '../error.ts';

/**
 * The folder for downloads that are under way, made where it is absent: in the user's cache folder, or where that
 * can't be written to, in the folder for temporary files. Throws `NOT_FOUND` or `DISK_FULL` if neither can.
 */
export async function downloadsFolder(): Promise<string> {
  const usual = join(userCache(), 'sluice', 'downloads');
  try {
    return await makeWritable(usual);
  } catch {
    // Why the usual one failed doesn't matter where the other one serves: a service without a home is common.
    const last = join(tmpdir(), `sluice-downloads-${process.getuid?.() ?? ''}`);
    return makeWritable(last).catch((error: unknown) => {
      throw fromSystemError(error, last);
    });
  }
}

function userCache(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (XDG_CACHE_HOME) return XDG_CACHE_HOME;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  if (process.platform === 'win32' && LOCALAPPDATA) return LOCALAPPDATA;
  return join(homedir(), '.cache');
}

async function makeWritable(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await access(folder, constants.W_OK);
  return folder;
}

import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

// A folder's name says whose it is, so that taking it over is one rename: KEY.HOST.PID.RANDOM
const DAY = 86_400_000;
const FORGOTTEN = 30 * DAY;
const NOBODY = 0;

/** A new name that says that the folder is this process's. */
export const nameOwn = (key: string): string => name(key, process.pid);

/** The path that the folder gets when its process has no more use for it. */
export const nameReleased = (folder: string): string =>
  join(dirname(folder), name(basename(folder).split('.')[0]!, NOBODY));

/** The folders of this download that nobody works on any more, the fullest first. Sweeps away those forgotten for a month. */
export async function abandonedFolders(downloads: string, key: string): Promise<string[]> {
  const found: { folder: string; size: number }[] = [];
  for (const entry of await readdir(downloads)) {
    const folder = join(downloads, entry);
    const status = await stat(join(folder, 'content')).catch(() => stat(folder).catch(() => undefined));
    if (status === undefined) continue;
    if (Date.now() - status.mtimeMs > FORGOTTEN) await rm(folder, { recursive: true, force: true });
    else if (entry.startsWith(`${key}.`) && isAbandoned(entry, status.mtimeMs)) {
      found.push({ folder, size: status.isFile() ? status.size : 0 });
    }
  }
  return found.sort((a, b) => b.size - a.size).map(({ folder }) => folder);
}

function isAbandoned(entry: string, modified: number): boolean {
  const [, ownerHost, ownerPid] = entry.split('.');
  const pid = Number(ownerPid);
  if (pid === NOBODY) return true;
  // A process number is given again, and another host's can't be asked for: a day without a byte decides.
  if (Date.now() - modified > DAY) return true;
  if (ownerHost !== host()) return false;
  // In a container each run may have the same number: one that wrote before this process began is another.
  if (pid === process.pid) return modified < Date.now() - process.uptime() * 1000;
  return !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const name = (key: string, pid: number): string =>
  `${key}.${host()}.${pid}.${randomBytes(4).toString('hex')}`;

const host = (): string => createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

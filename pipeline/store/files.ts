import { readdirSync, realpathSync, statSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import type { DigestCache } from './digest-cache.ts';
import { canonicalJson, digestOf, type Digest } from '../digest.ts';
import type { Step } from '../experiment.ts';
import { failure, success, type Problem, type Result } from '../problem.ts';
import type { Stored } from './entry.ts';

/** The files and folders that steps read, by the path that the experiment gives; a problem for each that can't be read. */
export async function hashFiles(
  steps: readonly Step[],
  digests: DigestCache,
): Promise<Result<Map<string, Stored>>> {
  const files = new Map<string, Stored>();
  const problems: Problem[] = [];
  for (const step of steps) {
    for (const [name, source] of Object.entries(step.inputs)) {
      if (!('path' in source) || files.has(source.path)) continue;
      try {
        const found = await hash(source.path, digests);
        if (found.files !== undefined && (step.kind === 'stage' || name === 'in'))
          problems.push({ message: `not a file: ${source.path}`, at: source.at });
        else files.set(source.path, found);
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        const told = code === 'ENOENT' ? 'no such file' : message;
        problems.push({
          message: `${told}: ${source.path}`,
          at: source.at,
          ...(code === 'ENOENT' && { hint: 'paths start from the folder that sluice is run in' }),
        });
      }
    }
  }
  return problems.length > 0 ? failure(...problems) : success(files);
}

/** The digest of a file, or of the listing of a folder. Throws the system's errors. */
export async function hash(path: string, digests: DigestCache): Promise<Stored> {
  const absolute = resolve(path);
  return statSync(absolute).isDirectory() ? hashFolder(absolute, digests) : digests.of(absolute);
}

/** The digest of a folder's listing, with the files by their paths in it. What is neither file nor folder is passed over. */
export async function hashFolder(path: string, digests: Pick<DigestCache, 'of'>): Promise<Stored> {
  const found: [string, Digest][] = [];
  let total = 0;
  for (const file of filesIn(path, []).toSorted()) {
    const { sha256, bytes } = await digests.of(file);
    found.push([relative(path, file).split(sep).join('/'), sha256]);
    total += bytes;
  }
  const files = Object.fromEntries(found); // which holds a file of whatever name, `__proto__` too
  return { sha256: digestOf(canonicalJson(files)), bytes: total, files };
}

/** The files in a folder, and those that its links lead to: a command reads them, too. */
function filesIn(folder: string, outer: readonly string[]): string[] {
  const real = realpathSync(folder);
  if (outer.includes(real)) throw new Error(`${folder} is a link to a folder that it lies in`);
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    const found = entry.isSymbolicLink() ? statSync(path, { throwIfNoEntry: false }) : entry;
    if (found?.isDirectory()) return filesIn(path, [...outer, real]);
    return found?.isFile() ? [path] : [];
  });
}

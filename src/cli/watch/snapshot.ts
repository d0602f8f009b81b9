import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where files lie. */
export interface Listing {
  /** Of a path that is a folder, the files in it, however deep; else the path itself, also where there is nothing. */
  readonly files: readonly string[];
  /** The folders in which one of these can be changed, replaced, made or removed. */
  readonly folders: ReadonlySet<string>;
}

/** What lies at these paths. Symbolic links in a folder are passed over, as where its digest is taken. */
export function listFiles(paths: readonly string[]): Listing {
  const files: string[] = [];
  const folders = new Set<string>();
  for (const path of paths) {
    folders.add(nearestFolder(path));
    try {
      folders.add(dirname(realpathSync(path)));
      for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
        const found = join(entry.parentPath, entry.name);
        if (entry.isFile()) files.push(found);
        if (entry.isDirectory()) folders.add(found);
      }
      folders.add(path);
    } catch {
      files.push(path); // no folder, or none that can be read
    }
  }
  return { files, folders };
}

/** The folder of a file, or the nearest one above it that there is. */
function nearestFolder(path: string): string {
  const folder = dirname(path);
  return existsSync(folder) || folder === dirname(folder) ? folder : nearestFolder(folder);
}

/** How files are found: for each, by its path, a text that is another one once the file was written, replaced or removed. */
export type Snapshot = ReadonlyMap<string, string>;

export const takeSnapshot = (files: readonly string[]): Snapshot =>
  new Map(files.map((file) => [file, describeFile(file)]));

/** Neither the time of a change of any kind nor the number of links count: a run may link to what it reads. */
function describeFile(file: string): string {
  try {
    const { mtimeNs, size, ino } = statSync(file, { bigint: true });
    return `${mtimeNs} ${size} ${ino}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code!;
  }
}

/** The files that are not what they were, that are new, or that are gone. */
export function changedFiles(before: Snapshot, now: Snapshot): string[] {
  const files = new Set([...before.keys(), ...now.keys()]);
  return [...files].filter((file) => before.get(file) !== now.get(file));
}

import { copyFileSync, lstatSync, readdirSync, renameSync } from 'node:fs';
import { join, relative } from 'node:path';
import { digestFile, type Digest } from '../digest.ts';
import type { Output } from '../experiment.ts';
import { hashFolder } from '../store/files.ts';
import type { Stored } from '../store/entry.ts';
import type { Store } from '../store/store.ts';

/** An output that a step has written, before it is kept. */
export interface Written {
  /** The path of the file or folder. */
  readonly path: string;
  readonly stored: Stored;
}

/**
 * What a step has written at `path`; text if that is not what the output is declared to be. `known` is the digest, where
 * somebody took it while the bytes came by.
 */
export async function readOutput(
  { kind, name, path: written = name }: Output,
  path: string,
  known?: { sha256: Digest; bytes: number },
): Promise<Written | string> {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return `it did not write ${written}, its output "${name}"`;
  if (kind === 'file' ? !stat.isFile() : !stat.isDirectory())
    return `${written}, its output "${name}", is not a ${kind}`;
  if (kind === 'file') return { path, stored: withExecutables(path, known ?? (await digestFile(path))) };
  const odd = readdirSync(path, { recursive: true, withFileTypes: true }).find(
    (entry) => !entry.isFile() && !entry.isDirectory(),
  );
  if (odd !== undefined) {
    const file = relative(path, join(odd.parentPath, odd.name));
    return `${written}, its output "${name}", holds ${file}, which is neither a file nor a folder`;
  }
  return { path, stored: withExecutables(path, await hashFolder(path, { of: digestFile })) };
}

/** A command may write what another one runs. */
function withExecutables(path: string, stored: Stored): Stored {
  const files = Object.entries(stored.files ?? { '': stored.sha256 });
  const executables = files.flatMap(([file, digest]) => (mayBeRun(join(path, file)) ? [digest] : []));
  return executables.length > 0 ? { ...stored, executables } : stored;
}

const mayBeRun = (path: string): boolean => (lstatSync(path).mode & 0o111) !== 0;

/** Moves an output into the store. */
export function keepOutput(store: Pick<Store, 'keep'>, { path, stored }: Written): void {
  if (stored.files === undefined) return keepFile(store, path, stored);
  for (const [file, sha256] of Object.entries(stored.files)) {
    const inside = join(path, file);
    keepFile(store, inside, { sha256, bytes: lstatSync(inside).size });
  }
}

function keepFile(store: Pick<Store, 'keep'>, path: string, digest: { sha256: Digest; bytes: number }): void {
  if (lstatSync(path).nlink > 1) {
    // It is another file, too, which must not become read-only.
    copyFileSync(path, `${path}.own`);
    renameSync(`${path}.own`, path);
  }
  store.keep(path, digest, mayBeRun(path));
}

import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Digest } from '../digest.ts';
import type { Output } from '../experiment.ts';
import type { Entry } from './entry.ts';
import type { Store } from './store.ts';

/**
 * Puts a step's outputs where a person finds them, named after the step: copies that share their blocks with the stored
 * objects, else links to them. What is there already stays. A folder that stands where a file belongs is not ours: it
 * is left, and the system's error is thrown.
 */
export function publish(
  folder: string,
  outputs: readonly Output[],
  { store, entry }: { store: Objects; entry: Entry },
): void {
  for (const output of outputs) {
    const path = join(folder, output.fileName);
    const { sha256, files = { '': sha256 } } = entry.outputs[output.name]!;
    const wanted: [string, Digest][] = Object.entries(files);
    if (isPublished(output, path, { wanted, store })) continue;
    againIfDisturbed(() => {
      remove(folder, output);
      for (const [file, digest] of wanted)
        put(store, { sha256: digest, bytes: statSync(store.objectPath(digest)).size }, join(path, file));
    });
  }
}

type Objects = Pick<Store, 'objectPath' | 'digests' | 'begin'>;

/** Takes away what an earlier run left there, so that nothing stale lies beside what is new. */
export function withdraw(folder: string, outputs: readonly Output[]): void {
  for (const output of outputs) againIfDisturbed(() => remove(folder, output));
}

/** Whether nothing but these files, by digest, lies under a path. */
function isPublished(
  { kind }: Output,
  path: string,
  { wanted, store }: { wanted: readonly [string, Digest][]; store: Objects },
): boolean {
  if (kind === 'folder' && countFiles(path) !== wanted.length) return false;
  return wanted.every(([file, digest]) => {
    const inside = kind === 'folder' ? join(path, file) : path;
    const there = statSync(inside, { throwIfNoEntry: false });
    if (there === undefined) return false;
    const stored = statSync(store.objectPath(digest), { throwIfNoEntry: false });
    const isLink = there.ino === stored?.ino && there.dev === stored.dev;
    return isLink || store.digests.isKnown(inside, digest);
  });
}

function countFiles(folder: string): number {
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory())
    .length;
}

function remove(folder: string, { fileName, kind }: Output): void {
  const path = join(folder, fileName);
  if (kind === 'folder') return rmSync(path, { recursive: true, force: true });
  try {
    unlinkSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** How often another run may get in the way that publishes the same output at the same instant. */
const ATTEMPTS = 20;

function againIfDisturbed(act: () => void): void {
  for (let attempt = 1; ; attempt++) {
    try {
      return act();
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (attempt === ATTEMPTS || !['EEXIST', 'ENOENT', 'ENOTEMPTY'].includes(code)) throw error;
    }
  }
}

/** Whatever is done appears at once: a run that is killed leaves nothing that is not whole. */
function put(store: Objects, digest: { sha256: Digest; bytes: number }, path: string): void {
  const object = store.objectPath(digest.sha256);
  mkdirSync(dirname(path), { recursive: true });
  if (putClone(store, object, path)) store.digests.add(path, digest);
  else if (!succeeds(() => store.digests.keeping(object, () => linkSync(object, path)))) {
    copyFileSync(object, `${path}.part`);
    renameSync(`${path}.part`, path);
    store.digests.add(path, digest);
  }
}

/** A copy that shares its blocks with the object, where the file system has that. */
function putClone(store: Objects, object: string, path: string): boolean {
  const folder = store.begin();
  const clone = join(folder, 'clone');
  const isThere =
    succeeds(() => copyFileSync(object, clone, constants.COPYFILE_FICLONE_FORCE)) &&
    succeeds(() => renameSync(clone, path));
  rmSync(folder, { recursive: true });
  return isThere;
}

/** Whether a file system can do something, and the two paths lie on one. */
function succeeds(act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (!CANNOT.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return false;
  }
}

const CANNOT = ['EXDEV', 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS', 'EINVAL', 'ENOTTY'];

import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { canonicalJson, digestFile, digestOf, type Digest } from './digest.ts';
import type { Key, KeyParts } from './key.ts';

/** A stored output: the digest of a file, or of the listing of a folder's files. */
export interface Stored {
  readonly sha256: Digest;
  readonly bytes: number;
  /** A folder's files by path relative to it. */
  readonly files?: Readonly<Record<string, Digest>>;
}

/** What a step's run left: found again by its key. */
export interface Entry {
  readonly parts: KeyParts;
  readonly outputs: Readonly<Record<string, Stored>>;
  /** How long the step ran, in seconds, and the most memory that it held, in bytes, where it could be measured. */
  readonly seconds: number;
  readonly peakBytes?: number | undefined;
}

export type Lookup =
  | { readonly found: 'whole'; readonly entry: Entry }
  | { readonly found: 'damaged'; readonly why: string }
  | { readonly found: 'nothing' };

/**
 * Step outputs by content, and entries by key, in a folder. Everything appears by rename, whole or not at all, and
 * is checked against its digest before it is used: a run that is killed leaves at most litter in `tmp`.
 */
export class Store {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Where the content with this digest lies, if it is stored. */
  objectPath(digest: Digest): string {
    return join(this.folder, 'objects', digest.slice(0, 2), digest.slice(2));
  }

  #entryPath(key: Key): string {
    return join(this.folder, 'entries', `${key}.json`);
  }

  #lastPath(experiment: string, step: string): string {
    return join(this.folder, 'last', experiment, `${step}.json`);
  }

  /** The entry of a key, after every one of its objects was read and found to have its digest. */
  async lookUp(key: Key): Promise<Lookup> {
    const text = await readIfThere(this.#entryPath(key));
    if (text === undefined) return { found: 'nothing' };
    let entry: Entry;
    try {
      const sealed = JSON.parse(text) as Entry & { seal: Digest };
      entry = sealed;
      if (sealOf(key, sealed) !== sealed.seal)
        return { found: 'damaged', why: `${this.#entryPath(key)} is not what was written` };
      const digests = Object.values(entry.outputs).flatMap(({ sha256, files }) =>
        files ? Object.values(files) : [sha256],
      );
      for (const digest of digests) {
        const { sha256 } = await digestFile(this.objectPath(digest));
        if (sha256 !== digest)
          return { found: 'damaged', why: `${this.objectPath(digest)} has other content` };
      }
    } catch (error) {
      return { found: 'damaged', why: (error as Error).message };
    }
    return { found: 'whole', entry };
  }

  /** A new folder for a step to write in. It is litter until its files are kept. */
  async begin(): Promise<string> {
    const folder = join(this.folder, 'tmp', `${process.pid}-${randomUUID()}`);
    await mkdir(folder, { recursive: true });
    return folder;
  }

  /** Removes what runs that are no longer alive have left in `tmp`. */
  async removeLitter(): Promise<void> {
    const tmp = join(this.folder, 'tmp');
    for (const name of existsSync(tmp) ? await readdir(tmp) : []) {
      if (isAlive(Number.parseInt(name))) continue;
      // Attempts, since a step whose runner was killed may be writing its last.
      await rm(join(tmp, name), { recursive: true, force: true, maxRetries: 5 });
    }
  }

  /** Moves a file into the store. */
  async keepFile(path: string): Promise<Stored> {
    const { sha256, bytes } = await digestFile(path);
    const object = this.objectPath(sha256);
    await mkdir(dirname(object), { recursive: true });
    await chmod(path, 0o444); // an edit of a result, which links to it, must not damage the store
    await rename(path, object);
    return { sha256, bytes };
  }

  /** Moves the files of a folder into the store. */
  async keepFolder(path: string): Promise<Stored> {
    const files: Record<string, Digest> = {};
    let total = 0;
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    for (const file of paths.toSorted()) {
      const { sha256, bytes } = await this.keepFile(file);
      files[file.slice(path.length + 1).replaceAll('\\', '/')] = sha256;
      total += bytes;
    }
    return { sha256: digestOf(canonicalJson(files)), bytes: total, files };
  }

  /** Makes a step's kept outputs the ones that its key finds. */
  async commit(key: Key, entry: Entry): Promise<void> {
    await this.writeJson(this.#entryPath(key), { ...entry, seal: sealOf(key, entry) });
  }

  /** The key that a step had when it last ran or hit, for telling what has changed since; `undefined` if it can't be read. */
  async last(experiment: string, step: string): Promise<KeyParts | undefined> {
    const text = await readIfThere(this.#lastPath(experiment, step));
    try {
      const parts = text === undefined ? null : (JSON.parse(text) as KeyParts | null);
      return parts ?? undefined;
    } catch {
      return undefined;
    }
  }

  async setLast(experiment: string, step: string, parts: KeyParts): Promise<void> {
    await this.writeJson(this.#lastPath(experiment, step), parts);
  }

  /** Writes a file of JSON, in the store's folder or elsewhere, whole or not at all. */
  async writeJson(path: string, value: unknown): Promise<void> {
    const temporary = join(await this.begin(), 'json');
    try {
      await writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`);
      await mkdir(dirname(path), { recursive: true });
      await move(temporary, path);
    } finally {
      await rm(dirname(temporary), { recursive: true });
    }
  }
}

/** Renames a file, to another file system too. */
async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    const near = `${to}.part`;
    await copyFile(from, near);
    await rename(near, to);
  }
}

/** What tells that an entry is whole, and the one of its key. */
function sealOf(key: Key, { parts, outputs, seconds, peakBytes }: Entry): Digest {
  return digestOf(canonicalJson({ key, parts, outputs, seconds, peakBytes }));
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

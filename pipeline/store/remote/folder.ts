import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ourselves } from '../owner.ts';
import { hashed, readFileWatched } from './chunks.ts';
import type { Transfer } from './patience.ts';
import type { KnownFile, Remote } from './remote.ts';

/** A folder that several machines reach, such as one of a network file system. It is a store of its own. */
export class FolderRemote implements Remote {
  readonly name: string;
  readonly #folder: string;

  constructor(name: string, folder: string) {
    this.name = name;
    this.#folder = folder;
  }

  async get(name: string): Promise<AsyncIterable<Uint8Array> | undefined> {
    const file = await this.#ifThere(() => open(join(this.#folder, name)));
    return file?.createReadStream();
  }

  async size(name: string): Promise<number | undefined> {
    return (await this.#ifThere(() => stat(join(this.#folder, name))))?.size;
  }

  async put(name: string, file: KnownFile, transfer: Transfer): Promise<void> {
    await this.#expectFolder(); // one that isn't mounted is not made
    const path = join(this.#folder, name);
    const temporary = join(this.#folder, 'tmp', `${ourselves}~${randomUUID()}`);
    await mkdir(dirname(temporary), { recursive: true });
    await mkdir(dirname(path), { recursive: true });
    try {
      const hash = createHash('sha256');
      await writeFile(temporary, hashed(readFileWatched(file.path, transfer), hash), {
        mode: 0o444,
      });
      if (hash.digest('hex') !== file.sha256) throw new Error(`${file.path} is not what it was`);
      await rename(temporary, path);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async #expectFolder(): Promise<void> {
    const there = await stat(this.#folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') throw new Error('there is no such folder; it is not made by itself');
      throw error;
    });
    if (!there.isDirectory()) throw new Error('it is a file, where a folder is needed');
  }

  /** Throws where the folder itself is not there. */
  async #ifThere<T>(ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      await this.#expectFolder();
      return undefined;
    }
  }
}

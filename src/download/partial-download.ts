import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { fromSystemError } from '../error.ts';
import { downloadsFolder } from './cache-folder.ts';
import { abandonedFolders, nameOwn, nameReleased } from './ownership.ts';

/**
 * What has come so far of a download, in a folder that belongs to one process: `content`, and `validator`, which
 * says to the server what version the content is of. A killed process leaves its folder to the next one.
 * Methods throw `DISK_FULL`, and then keep nothing.
 */
export class PartialDownload {
  readonly #folder: string;
  #file: FileHandle | undefined;
  #hash: Hash = createHash('sha256');
  /** In bytes. */
  length = 0;
  /** A strong `ETag`, or a `Last-Modified`. Without it what has come can't be resumed. */
  validator: string | undefined;
  /** Whether it came in more than one answer. */
  resumed = false;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Takes over what an earlier process left of this download, or begins anew. */
  static async claim(url: string, sha256: string): Promise<PartialDownload> {
    const downloads = await downloadsFolder();
    const key = createHash('sha256').update(`${url}\n${sha256}`).digest('hex').slice(0, 32);
    const own = join(downloads, nameOwn(key));
    const partial = new PartialDownload(own);
    for (const folder of await abandonedFolders(downloads, key)) {
      // Of all the processes that try to, one succeeds in renaming a folder.
      if (await rename(folder, own).then(isTrue, isFalse)) {
        await partial.#takeOver();
        return partial;
      }
    }
    await partial.#guard(() => mkdir(own));
    return partial;
  }

  /** The path of what has come. */
  get path(): string {
    return join(this.#folder, 'content');
  }

  /** The sha256 of what has come. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }

  /** Forgets what has come; what comes next will be of the version `validator`. */
  async restart(validator?: string): Promise<void> {
    await this.#close();
    // In this order: at no instant is there content of one version beside the validator of another.
    await rm(this.path, { force: true });
    await rm(this.#validatorPath, { force: true });
    if (validator !== undefined) await this.#guard(() => writeFile(this.#validatorPath, validator));
    this.#hash = createHash('sha256');
    this.length = 0;
    this.validator = validator;
    this.resumed = false;
  }

  async append(chunk: Uint8Array): Promise<void> {
    await this.#guard(async () => {
      this.#file ??= await open(this.path, 'a', 0o600);
      await this.#file.appendFile(chunk);
    });
    this.#hash.update(chunk);
    this.length += chunk.length;
  }

  /** Leaves it to whoever asks for the same download next. */
  async release(): Promise<void> {
    await this.#close();
    if (this.length === 0) return this.remove();
    await rename(this.#folder, nameReleased(this.#folder));
  }

  async remove(): Promise<void> {
    await this.#close();
    await rm(this.#folder, { recursive: true, force: true });
    this.length = 0;
  }

  get #validatorPath(): string {
    return join(this.#folder, 'validator');
  }

  async #takeOver(): Promise<void> {
    this.validator = await readFile(this.#validatorPath, 'utf8').catch(() => undefined);
    try {
      for await (const chunk of createReadStream(this.path)) {
        this.#hash.update(chunk as Buffer);
        this.length += (chunk as Buffer).length;
      }
    } catch {
      // Killed before the first byte, or unreadable: there is nothing to resume.
      await this.restart();
    }
  }

  async #close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async #guard(write: () => Promise<unknown>): Promise<void> {
    try {
      await write();
    } catch (error) {
      await this.remove();
      throw fromSystemError(error, this.path);
    }
  }
}

const isTrue = (): boolean => true;
const isFalse = (): boolean => false;

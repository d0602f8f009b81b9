import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestFile, type Digest } from '../../digest.ts';
import { objectsOf, seal, unseal, type Entry } from '../entry.ts';
import type { Key } from '../../key.ts';
import { limitConcurrency } from '../limit.ts';
import { ourselves } from '../owner.ts';
import { Channel } from './channel.ts';
import { hashed, watched } from './chunks.ts';
import { entryName, objectName, type LocalStore } from './names.ts';
import { PATIENCE, type Patience } from './patience.ts';
import type { Remote } from './remote.ts';
import { Sending } from './sending.ts';
import { isTrustworthy } from './trust.ts';

export interface Sharing {
  readonly remote: Remote;
  /** Whether nothing is to be sent. */
  readonly readOnly: boolean;
  readonly warn: (message: string) => void;
  readonly signal: AbortSignal;
  readonly patience?: Patience;
}

/** How many things are asked for at the same time: what waits for a connection would look as if the remote hung. */
const AT_ONCE = 16;
/** No entry is longer, in bytes: of 10,000 files that one output has, it takes 2 MB. */
const LONGEST_ENTRY = 50e6;

/**
 * Entries and objects that machines share through a remote. Nothing that goes wrong with it fails a run: the first failure
 * is a warning, and the remote is not asked again. What comes damaged is a warning, and as if it were not there.
 */
export class SharedStore {
  readonly #remote: Remote;
  readonly #readOnly: boolean;
  readonly #patience: Patience;
  readonly #warn: (message: string) => void;
  readonly #reading: Channel;
  readonly #sending: Sending;
  readonly #slots = limitConcurrency(AT_ONCE);

  constructor({ remote, readOnly, warn, signal, patience = PATIENCE }: Sharing) {
    this.#remote = remote;
    this.#readOnly = readOnly;
    this.#patience = patience;
    this.#warn = (message) => warn(`the shared store ${remote.name} ${message}`);
    this.#reading = new Channel(signal, patience, (cause) => this.#warn(`is not used: ${cause}`));
    // What can't be read is not written to either; what can't be written to may still be read.
    const writing = new Channel(this.#reading.signal, patience, (cause) =>
      this.#warn(`gets nothing more of this run: ${cause}`),
    );
    this.#sending = new Sending(remote, writing);
  }

  /** The entry of a key, if the remote has one that is as it was written. Its objects have not been looked at. */
  async lookUp(key: Key): Promise<Entry | undefined> {
    const text = await this.#slots(() =>
      this.#reading.ask(async (transfer) => {
        const content = await this.#remote.get(entryName(key), transfer);
        return content && readText(watched(content, transfer));
      }),
    );
    if (text === undefined) return undefined;
    const entry = unseal(key, text);
    if (entry !== undefined && isTrustworthy(key, entry)) return entry;
    this.#warn(`has a damaged ${entryName(key)}, which is not used`);
    return undefined;
  }

  /**
   * Brings an entry that `lookUp` found, with its objects, into a store. Gives whether it is there now; if not, a warning
   * has said why. Throws what this machine's own disk refuses.
   */
  async fetch(key: Key, entry: Entry, store: LocalStore): Promise<boolean> {
    const folder = join(store.folder, 'tmp', `${ourselves}~${randomUUID()}`);
    await mkdir(folder, { recursive: true });
    try {
      const objects = objectsOf(entry).map((digest) =>
        this.#slots(() => this.#fetchObject(digest, join(folder, digest), store.objectPath(digest))),
      );
      await Promise.allSettled(objects); // what one of them throws must not end the others in the middle
      if ((await Promise.all(objects)).includes(false)) return false;
      for (const { executables = [] } of Object.values(entry.outputs))
        for (const digest of executables) await chmod(store.objectPath(digest), 0o555);
      await writeFile(join(folder, 'entry'), `${JSON.stringify(seal(key, entry))}\n`);
      await moveTo(join(store.folder, entryName(key)), join(folder, 'entry'));
      return true;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Sends an entry that the store has, and those of its objects that the remote lacks, while the run goes on. */
  push(key: Key, entry: Entry, store: LocalStore): void {
    if (!this.#readOnly) void this.#sending.push(key, entry, store);
  }

  /** Waits, not endlessly, for what is on its way to the remote. To be called when a run ends. */
  finish(): Promise<void> {
    return this.#sending.finish(this.#patience.ending);
  }

  async #fetchObject(digest: Digest, temporary: string, path: string): Promise<boolean> {
    if (existsSync(path) && (await digestFile(path)).sha256 === digest) return true;
    const found = await this.#reading.ask(async (transfer) => {
      const content = await this.#remote.get(objectName(digest), transfer);
      if (content === undefined) return 'missing';
      const hash = createHash('sha256');
      await writeFile(temporary, hashed(watched(content, transfer), hash));
      return hash.digest('hex') === digest ? 'whole' : 'damaged';
    });
    if (found === 'whole') {
      await chmod(temporary, 0o444); // an edit of a result, which may be a link to it, must not damage the store
      await moveTo(path, temporary);
      return true;
    }
    if (found === undefined) return false;
    this.#warn(
      `has ${found === 'damaged' ? 'a damaged' : 'no'} ${objectName(digest)}; its step is not taken from there`,
    );
    this.#sending.sendAgain(digest);
    return false;
  }
}

async function readText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const read: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > LONGEST_ENTRY) throw new Error('an endless entry');
    read.push(chunk);
  }
  return Buffer.concat(read).toString();
}

async function moveTo(path: string, temporary: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await rename(temporary, path);
}

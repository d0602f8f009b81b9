import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digestFile, type Digest } from '../../digest.ts';
import { objectsOf, type Entry } from '../entry.ts';
import type { Key } from '../../key.ts';
import { limitConcurrency } from '../limit.ts';
import type { Channel } from './channel.ts';
import { entryName, objectName, type LocalStore } from './names.ts';
import type { Remote } from './remote.ts';

/** How many files are on their way at the same time. */
const AT_ONCE = 4;

/** Sends entries and their objects to a remote in the background. */
export class Sending {
  readonly #remote: Remote;
  readonly #channel: Channel;
  readonly #slots = limitConcurrency(AT_ONCE);
  /** Objects that are on the remote, or on their way there: whether they arrived. */
  readonly #sent = new Map<Digest, Promise<boolean>>();
  readonly #damaged = new Set<Digest>();
  readonly #pending = new Set<Promise<boolean>>();

  constructor(remote: Remote, channel: Channel) {
    this.#remote = remote;
    this.#channel = channel;
  }

  /** Sends an entry that a store has, and those of its objects that the remote lacks. Gives whether it is there now. */
  push(key: Key, entry: Entry, store: LocalStore): Promise<boolean> {
    if (this.#channel.signal.aborted) return Promise.resolve(false);
    const pushing = this.#push(key, entry, store).finally(() => this.#pending.delete(pushing));
    this.#pending.add(pushing);
    return pushing;
  }

  /** Takes note that an object came damaged: the remote needs it again. */
  sendAgain(digest: Digest): void {
    this.#damaged.add(digest);
    this.#sent.delete(digest);
  }

  /** Waits for what is on its way, but no longer than `limit`, in milliseconds. */
  async finish(limit: number): Promise<void> {
    const late = (): void => this.#channel.close(`not all was sent within ${limit / 1000} s`);
    const timer = setTimeout(late, limit);
    await Promise.all(this.#pending);
    clearTimeout(timer);
  }

  /** The objects first: a remote never has an entry before its objects. */
  async #push(key: Key, entry: Entry, store: LocalStore): Promise<boolean> {
    const sending = objectsOf(entry).map((digest) => {
      const sent = this.#sent.get(digest) ?? this.#slots(() => this.#sendObject(digest, store));
      this.#sent.set(digest, sent);
      return sent;
    });
    if ((await Promise.all(sending)).includes(false)) return false;
    const path = join(store.folder, entryName(key));
    const sent = await this.#slots(() =>
      this.#channel.ask(async (transfer) => {
        await this.#remote.put(entryName(key), { path, ...(await digestFile(path)) }, transfer);
        return true;
      }),
    );
    return sent ?? false;
  }

  /** Whether the object is there now. One of the same length is taken for it, unless it came damaged. */
  async #sendObject(digest: Digest, store: LocalStore): Promise<boolean> {
    const path = store.objectPath(digest);
    const sent = await this.#channel.ask(async (transfer) => {
      const { size } = await stat(path);
      const there = this.#damaged.has(digest)
        ? undefined
        : await this.#remote.size(objectName(digest), transfer);
      const file = { path, sha256: digest, bytes: size };
      if (there !== size) await this.#remote.put(objectName(digest), file, transfer);
      return true;
    });
    return sent ?? false;
  }
}

import { statSync, watch, type FSWatcher } from 'node:fs';

/** Listens to folders: not to files, since a watch of a file goes with the file when another is renamed over it. */
export class FolderWatch {
  /** By what tells a folder from another one that took its name; `undefined` for one that can't be listened to. */
  readonly #watchers = new Map<string, FSWatcher | undefined>();
  /** Told of the first folder that can't be listened to. */
  readonly #warn: (message: string) => void;
  #warned = false;
  #stir = (): void => {};

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  /** Listens to these folders, and to no others. Gives whether one is new: of what happened in it before, nothing is told. */
  follow(folders: ReadonlySet<string>): boolean {
    const wanted = new Map([...folders].map((folder) => [identify(folder), folder]));
    for (const [identity, watcher] of this.#watchers) {
      if (wanted.has(identity)) continue;
      watcher?.close();
      this.#watchers.delete(identity);
    }
    const added = [...wanted].filter(([identity]) => !this.#watchers.has(identity));
    for (const [identity, folder] of added) this.#watchers.set(identity, this.#listen(folder));
    return added.length > 0;
  }

  /** Ends as soon as something happens in one of the folders, when `signal` aborts, or after so many milliseconds. */
  stirred(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#stir(), milliseconds);
      this.#stir = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', this.#stir);
        resolve();
      };
      signal.addEventListener('abort', this.#stir, { once: true });
    });
  }

  close(): void {
    this.follow(new Set());
  }

  #listen(folder: string): FSWatcher | undefined {
    try {
      const watcher = watch(folder, () => this.#stir());
      // Windows says so of a folder that is removed.
      watcher.on('error', () => this.#stir());
      return watcher;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (!this.#warned && code !== 'ENOENT')
        this.#warn(`${message}; changes are found within seconds all the same`);
      this.#warned ||= code !== 'ENOENT';
      return undefined;
    }
  }
}

function identify(folder: string): string {
  try {
    const { ino, birthtimeNs } = statSync(folder, { bigint: true });
    return `${ino} ${birthtimeNs} ${folder}`;
  } catch {
    return folder; // whatever is wrong with it, listening will tell
  }
}

import type { Entry } from '../entry.ts';
import type { Key } from '../../key.ts';
import type { Lock } from '../lock.ts';
import type { Lookup } from '../store.ts';
import type { LocalStore } from './names.ts';
import type { SharedStore } from './shared-store.ts';

/** What a run needs of a store. */
interface RunStore {
  lookUp(key: Key): Promise<Lookup>;
  commit(key: Key, entry: Entry): void;
  lock(key: Key, waits: (holder: string) => void, signal: AbortSignal): Promise<Lock | undefined>;
  tryLock(key: Key): Lock | undefined;
}

/**
 * A run's store that other machines share: what is not here is brought from there as soon as it is looked up, and what is
 * added is sent there, too.
 */
export function shareWith(store: RunStore & LocalStore, shared: SharedStore): RunStore {
  return {
    lookUp: async (key) => {
      const here = await store.lookUp(key);
      if (here.found === 'whole') return here;
      const entry = await shared.lookUp(key);
      const brought = entry !== undefined && (await shared.fetch(key, entry, store));
      return brought ? { found: 'whole', entry } : here;
    },
    commit: (key, entry) => {
      store.commit(key, entry);
      shared.push(key, entry, store);
    },
    lock: (key, waits, signal) => store.lock(key, waits, signal),
    tryLock: (key) => store.tryLock(key),
  };
}

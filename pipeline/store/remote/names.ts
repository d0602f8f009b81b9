import type { Digest } from '../../digest.ts';
import type { Key } from '../../key.ts';

/** What is needed of the store of this machine. */
export interface LocalStore {
  readonly folder: string;
  objectPath(digest: Digest): string;
}

/** What things are called on a remote: as in a store. */
export const entryName = (key: Key): string => `entries/${key}.json`;
export const objectName = (digest: Digest): string => `objects/${digest.slice(0, 2)}/${digest.slice(2)}`;

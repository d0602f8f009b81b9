import type { Digest } from '../../digest.ts';
import type { Transfer } from './patience.ts';

/** A file of this machine whose content is known. */
export interface KnownFile {
  readonly path: string;
  readonly sha256: Digest;
  readonly bytes: number;
}

/** A place that several machines share. It keeps contents by name, laid out as a store is. Its methods throw what went wrong. */
export interface Remote {
  /** As a person named it. */
  readonly name: string;
  /** A content from its beginning; `undefined` if there is none of that name. */
  get(name: string, transfer: Transfer): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** How long a content is, in bytes; `undefined` if there is none. */
  size(name: string, transfer: Transfer): Promise<number | undefined>;
  /** Writes a content, whole or not at all. */
  put(name: string, file: KnownFile, transfer: Transfer): Promise<void>;
}

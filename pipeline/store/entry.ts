import { canonicalJson, digestOf, type Digest } from '../digest.ts';
import type { Key, KeyParts } from '../key.ts';

/** A stored output: the digest of a file, or of the listing of a folder's files. */
export interface Stored {
  readonly sha256: Digest;
  readonly bytes: number;
  /** A folder's files by path relative to it. */
  readonly files?: Readonly<Record<string, Digest>>;
  /** The digests of what may be run, if anything may. */
  readonly executables?: readonly Digest[];
}

/** What a step's run left: found again by its key. */
export interface Entry {
  readonly parts: KeyParts;
  readonly outputs: Readonly<Record<string, Stored>>;
  /** How long the step ran, in seconds, and the most memory that it held, in bytes, where it could be measured. */
  readonly seconds: number;
  readonly peakBytes?: number | undefined;
  /** Which step ran, and when it had ended; for people. */
  readonly made: { readonly experiment: string; readonly step: string; readonly at: string };
}

/** The digests of an entry's objects, each once. */
export function objectsOf({ outputs }: Pick<Entry, 'outputs'>): Digest[] {
  const digests = Object.values(outputs).flatMap(({ sha256, files }) =>
    files ? Object.values(files) : [sha256],
  );
  return [...new Set(digests)];
}

/** An entry with what tells that it is whole, and the one of its key. */
export function seal(key: Key, entry: Entry): Entry & { seal: Digest } {
  const { parts, outputs, seconds, peakBytes, made } = entry;
  return { ...entry, seal: digestOf(canonicalJson({ key, parts, outputs, seconds, peakBytes, made })) };
}

/** An entry as it was written under its key; `undefined` for any other text. */
export function unseal(key: Key, text: string): Entry | undefined {
  try {
    const { seal: written, ...entry } = JSON.parse(text) as Entry & { seal: Digest };
    return seal(key, entry).seal === written ? entry : undefined;
  } catch {
    return undefined;
  }
}

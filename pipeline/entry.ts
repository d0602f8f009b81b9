import * as v from 'valibot';
import { canonicalJson, digestOf, type Digest } from './digest.ts';
import { keyOf, type Key, type KeyParts } from './key.ts';

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

/** An entry as it was written under its key; `undefined` for any other text, also one that leads out of a folder. */
export function unseal(key: Key, text: string): Entry | undefined {
  try {
    const { seal: written, ...entry } = JSON.parse(text) as Entry & { seal: Digest };
    const whole = seal(key, entry).seal === written && keyOf(entry.parts) === key;
    return whole && v.is(SHAPE, entry) ? entry : undefined;
  } catch {
    return undefined;
  }
}

export const isDigest = (text: string): text is Digest => /^[0-9a-f]{64}$/.test(text);

/** Relative, and nowhere but in its folder. */
const isInside = (path: string): boolean =>
  !path.includes('\\') && path.split('/').every((part) => !['', '.', '..'].includes(part));

const DIGEST = v.pipe(v.string(), v.check(isDigest));
const COUNT = v.pipe(v.number(), v.minValue(0));
/** What programs trust in an entry that may come from elsewhere; a seal only shows that it came as it was written. */
const SHAPE = v.object({
  outputs: v.record(
    v.string(),
    v.object({
      sha256: DIGEST,
      bytes: COUNT,
      files: v.optional(v.record(v.pipe(v.string(), v.check(isInside)), DIGEST)),
    }),
  ),
  seconds: COUNT,
  made: v.object({ experiment: v.string(), step: v.string(), at: v.pipe(v.string(), v.isoTimestamp()) }),
});

import * as v from 'valibot';
import { isDigest } from '../../digest.ts';
import type { Entry } from '../entry.ts';
import { keyOf, type Key } from '../../key.ts';

/** Whether an entry from elsewhere is what programs trust in, and of this key: its seal only shows that it came as it was written. */
export const isTrustworthy = (key: Key, entry: Entry): boolean =>
  v.is(SHAPE, entry) && keyOf(entry.parts) === key;

/** Relative, and nowhere but in its folder. */
const isInside = (path: string): boolean =>
  !path.includes('\\') && path.split('/').every((part) => !['', '.', '..'].includes(part));

const DIGEST = v.pipe(v.string(), v.check(isDigest));
const COUNT = v.pipe(v.number(), v.minValue(0));
const SHAPE = v.object({
  outputs: v.record(
    v.string(),
    v.object({
      sha256: DIGEST,
      bytes: COUNT,
      files: v.optional(v.record(v.pipe(v.string(), v.check(isInside)), DIGEST)),
      executables: v.optional(v.array(DIGEST)),
    }),
  ),
  seconds: COUNT,
  made: v.object({ experiment: v.string(), step: v.string(), at: v.pipe(v.string(), v.isoTimestamp()) }),
});

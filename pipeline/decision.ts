import type { Change, Key, KeyParts } from './key.ts';
import type { Entry } from './store/entry.ts';

/** Why a step has to run. */
export type Reason =
  | { readonly why: 'forced' }
  | { readonly why: 'new' }
  | { readonly why: 'changed'; readonly changes: readonly Change[] }
  | { readonly why: 'gone' }
  | { readonly why: 'damaged'; readonly what: string };

/** What is to be done about a step. */
export type Decision =
  | { readonly state: 'hit'; readonly key: Key; readonly parts: KeyParts; readonly entry: Entry }
  | { readonly state: 'run'; readonly key: Key; readonly parts: KeyParts; readonly reason: Reason }
  /** Its inputs are known only after these steps ran; if they write what they wrote before, it need not run. */
  | { readonly state: 'wait'; readonly for: readonly string[] };

/** What is to be done about each step, by its name. */
export type Plan = ReadonlyMap<string, Decision>;

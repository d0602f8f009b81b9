import type { Key, KeyParts } from './key.ts';
import type { Decision, Plan, Reason } from './decision.ts';
import type { Entry } from './store.ts';

/** What became of a step. */
export type Outcome =
  | { readonly state: 'hit'; readonly key: Key; readonly parts: KeyParts; readonly entry: Entry }
  | {
      readonly state: 'ran';
      readonly key: Key;
      readonly parts: KeyParts;
      readonly entry: Entry;
      readonly reason: Reason;
    }
  | {
      readonly state: 'failed';
      /** These four as far as it came. */
      readonly key?: Key;
      readonly parts?: KeyParts;
      readonly reason?: Reason;
      readonly seconds?: number;
      /** What happened, such as `exit code 1`. */
      readonly failure: string;
    }
  | { readonly state: 'skipped'; readonly because: string };

/** What happens in a run, as it happens; one place turns it into text. */
export type Event =
  | { readonly type: 'planned'; readonly plan: Plan }
  | { readonly type: 'decided'; readonly step: string; readonly decision: Decision }
  | { readonly type: 'started'; readonly step: string; readonly reason: Reason }
  | { readonly type: 'said'; readonly step: string; readonly line: string }
  | { readonly type: 'ended'; readonly step: string; readonly outcome: Outcome };

export type Report = (event: Event) => void;

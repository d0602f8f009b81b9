import type { Key, KeyParts } from './key.ts';
import type { Decision, Plan, Reason } from './decision.ts';
import type { Entry } from './store/entry.ts';

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
      /** The last lines that it said. */
      readonly lines?: readonly string[];
    }
  | { readonly state: 'skipped'; readonly because: string };

/** What the operating system refused fails a step; anything else that is thrown is a mistake in Sluice. */
export function failureOf(error: unknown): Extract<Outcome, { state: 'failed' }> {
  if (error instanceof Error && 'syscall' in error) return { state: 'failed', failure: error.message };
  throw error;
}

/** What happens in a run, as it happens; one place turns it into text. */
export type Event =
  | { readonly type: 'planned'; readonly plan: Plan }
  | { readonly type: 'decided'; readonly step: string; readonly decision: Decision }
  /** Another run is at work on the same step; `holder` says which one. */
  | { readonly type: 'waits'; readonly step: string; readonly holder: string }
  | {
      readonly type: 'started';
      readonly step: string;
      /** Without one it reads what another step still writes: whether it had to run is known when that one has ended. */
      readonly reason?: Reason;
      readonly reads?: string;
    }
  /** A line that it said. */
  | { readonly type: 'said'; readonly step: string; readonly line: string }
  | { readonly type: 'progressed'; readonly step: string; readonly progress: StepProgress }
  /** A try failed, and another one comes after `seconds`. */
  | { readonly type: 'failedTry'; readonly step: string; readonly failure: string; readonly seconds: number }
  | { readonly type: 'ended'; readonly step: string; readonly outcome: Outcome }
  /** Something about the run as a whole that a person should know, such as a remote store that does not answer. */
  | { readonly type: 'warned'; readonly message: string };

/** How far a stage says that it is. */
export interface StepProgress {
  readonly label: string;
  /** In a unit of the stage's own, as `total`; that one where it is known. */
  readonly done: number;
  readonly total?: number;
  readonly note?: string;
  /** What it has written so far, in items such as reviews or vectors. */
  readonly rows?: number;
}

export type Report = (event: Event) => void;

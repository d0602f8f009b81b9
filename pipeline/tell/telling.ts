import { styleText } from 'node:util';
import type { Step } from '../experiment.ts';
import type { Report } from '../outcome.ts';
import type { RunRecord } from './record.ts';

/** What telling a run needs. */
export interface Telling {
  /** The steps of the run, in order. */
  readonly steps: readonly Step[];
  /** Takes text for people: standard error. */
  readonly write: (text: string) => void;
  readonly colour: boolean;
  /** Whether to tell every part of a key that made a step run, not only the first. */
  readonly explain: boolean;
  /** The command line that runs a step again, and nothing else. */
  readonly repeat: (step: string) => string;
  readonly clock: Clock;
  /** How large the terminal is now. */
  readonly size: () => Size;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface Clock {
  /** Milliseconds since 1970; never goes back. */
  readonly now: () => number;
  /** Calls `act` every so many milliseconds; gives what ends that. */
  readonly every: (milliseconds: number, act: () => void) => () => void;
}

/** One way to tell a run. */
export interface Teller {
  readonly report: Report;
  /** Tells what the run came to; `results` is the folder with the links. */
  readonly summarize: (record: RunRecord, results: string) => void;
  /** Leaves the terminal as it should be left. Also for a run that is thrown out of, or whose process ends. */
  readonly close: () => void;
}

export type Style = Parameters<typeof styleText>[0] | 'none';
export type Paint = (style: Style, text: string) => string;

export const painter =
  (colour: boolean): Paint =>
  (style, text) =>
    colour && style !== 'none' ? styleText(style, text, { validateStream: false }) : text;

import type { Step } from '../experiment.ts';
import type { Listener } from './process.ts';
import type { Stored } from '../store/entry.ts';
import type { Material } from './workspace.ts';

/** What takes the bytes of a standard output, beside the store. */
export interface Feed {
  /** Settled when the next chunk may come: what reads slowly slows down what writes. */
  write(chunk: Uint8Array): Promise<void>;
}

/** How one try of a step ended. */
export type Finished =
  | {
      readonly ok: true;
      readonly outputs: Readonly<Record<string, Stored>>;
      readonly seconds: number;
      readonly peakBytes?: number | undefined;
      /** Moves the outputs into the store. */
      keep(): void;
    }
  | {
      readonly ok: false;
      readonly failure: string;
      /** The last lines that it said. */
      readonly lines: readonly string[];
      readonly seconds: number;
    };

/** One try of a step, under way. */
export interface Attempt extends Feed {
  /** Says that nothing comes after what was written to its standard input. */
  end(): void;
  /** Ends it before its time; it finishes as a failure. */
  stop(): void;
  readonly finished: Promise<Finished>;
  /** Takes away what it wrote and was not kept. */
  discard(): void;
}

/** What a try begins with. */
export interface Start {
  readonly inputs: Readonly<Record<string, Material>>;
  /** Whether its standard input is what is written to it. */
  readonly streamed: boolean;
  /** What takes its standard output, beside the store. */
  readonly feeds: readonly Feed[];
  readonly listener: Listener;
  readonly signal: AbortSignal;
}

/** How steps are run. Tests put something else in the place of processes. */
export type BeginAttempt = (step: Step, start: Start) => Attempt;

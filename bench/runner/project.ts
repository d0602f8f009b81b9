import type { Side } from './rounds.ts';

/** A runner that can do the chain: how its project is written, and what runs it. */
export interface Peer {
  readonly name: string;
  /** Whether it is a native program, from its start on: no aim for one that Node starts. */
  readonly native: boolean;
  /** Writes its project for the chain into a folder. */
  readonly write: (folder: string, chain: readonly ChainStep[]) => void;
  readonly run: (folder: string) => Side;
}

/** A command from one file of the project's folder to the next. */
export interface ChainStep {
  readonly name: string;
  /** As a filter. */
  readonly filter: string;
  readonly from: string;
  readonly to: string;
}

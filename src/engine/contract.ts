import type { DenseLayer, Model } from '../formats/model.ts';
import type { Objective } from './loss.ts';
import type { Clip, Optimizer, Penalties } from './optimizer.ts';
import type { Rows } from './rows.ts';

/**
 * What trains multi-layer perceptrons on rows, sparse or dense, and computes with them. Engines agree up to rounding.
 * Rows from `collectRows` may be moved into an engine's memory: they are for one trainer, or for one call of `sums`.
 */
export interface Engine {
  /** Starts training from `layers`, whose arrays stay as they are. */
  createTrainer(layers: readonly DenseLayer[], training: Training): Trainer;
  /**
   * What the model's last layer gives for each row before its activation: float32[rows × outputs], logits where that is `sigmoid`.
   * Throws `BAD_VALUE` where the rows' dimension or encoding isn't the model's, and the signal's reason once it is aborted.
   */
  sums(model: Model, rows: Rows, signal?: AbortSignal): Promise<Float32Array>;
}

/** How to train. */
export interface Training {
  readonly objective: Objective;
  readonly optimizer: Optimizer;
  readonly penalties?: Penalties | undefined;
  readonly clip?: Clip | undefined;
  readonly dropout?: Dropout | undefined;
  /** The most rows that a step is taken on. */
  readonly batchSize: number;
}

/** Weights in training. A row's *sums* are what the last layer gives for it before its activation, one an output: logits, before a sigmoid. */
export interface Trainer {
  /** One step of the optimizer on those of the rows with these numbers; gives their sums from before it: float32[numbers × outputs]. */
  step(rows: Rows, numbers: Uint32Array, learningRate: number): Float32Array;
  /** What the penalties add to the loss, with the weights as they are now. */
  penalty(): number;
  /** The sums of other rows, with the weights as they are now: float32[rows × outputs]. */
  sums(rows: Rows, signal?: AbortSignal): Promise<Float32Array>;
  /** Says that these rows are not asked about again: others may take their place. */
  forget(rows: Rows): void;
  /** Copies of the weights as they are now. */
  layers(): DenseLayer[];
  /** All that decides what its next steps come to, as copies. Throws `UNSUPPORTED` where the engine keeps it for itself. */
  state(): TrainerState;
  /** Goes on from a state that a trainer of the same kind has given. Throws `UNSUPPORTED` as `state` does. */
  restore(state: TrainerState): void;
  /** Frees what lies outside JavaScript's memory. */
  dispose(): void;
}

/** What the outputs of a hidden layer are multiplied by in a step: float32[length], 0 for a unit that is left out. */
export type Dropout = (
  place: { readonly step: number; readonly layer: number },
  length: number,
) => Float32Array;

/** Weights, and what the optimizer remembers, as the engine lays them out. */
export interface TrainerState {
  /** How many steps were taken. */
  readonly time: number;
  readonly arrays: readonly Float32Array[];
}

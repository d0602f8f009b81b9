import type { DenseLayer, Model, TopologyModel } from '../formats/model.ts';
import type { Tensor } from '../formats/tensor-file.ts';
import type { Topology } from '../formats/topology.ts';
import type { Objective } from './loss.ts';
import type { Clip, Optimizer, Penalties } from './optimizer.ts';
import type { About, Rows } from './rows.ts';

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

/** What trains models of any layers, and computes with them. */
export interface TopologyEngine {
  /**
   * Starts training from first weights that come from the seed. Throws `UNSUPPORTED` where the topology can't be built, and `BAD_VALUE`
   * where the rows don't fit it.
   */
  createTrainer(
    topology: Topology,
    about: About,
    training: Omit<Training, 'penalties' | 'dropout'> & { readonly seed: number },
  ): Promise<TopologyTrainer>;
  /** Throws `UNSUPPORTED` or `CORRUPT` where the model can't be built. */
  createPredictor(model: TopologyModel): Promise<TopologyPredictor>;
}

export interface TopologyTrainer extends Trainer {
  /** Names and shapes of the weights. */
  readonly shapes: readonly Pick<Tensor, 'name' | 'shape'>[];
}

/** A model that was built once, to be asked often. */
export interface TopologyPredictor {
  /** As an engine's `sums`. */
  sums(rows: Rows, signal?: AbortSignal): Promise<Float32Array>;
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
  /** Takes rows over that are asked about again and again; else that is done when they are first asked about. */
  hold(rows: Rows): void;
  /** Says that these rows are not asked about again: others may take their place. */
  forget(rows: Rows): void;
  /** Copies of the weights as they are now: of a perceptron's layers, the kernel and the bias of each. */
  weights(): Float32Array[];
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

import type { Tensor } from './tensor-file.ts';
import type { Topology } from './topology.ts';
import type { Encoding } from './vector-batch.ts';

/** What a dense layer does to its sums; Keras's names. */
export const ACTIVATIONS = ['relu', 'sigmoid', 'tanh', 'linear', 'softmax'] as const;
export type Activation = (typeof ACTIVATIONS)[number];

/** What training makes small; Keras's names. */
export const LOSSES = ['binary_crossentropy', 'categorical_crossentropy', 'mean_squared_error'] as const;
export type Loss = (typeof LOSSES)[number];

/** As many classes as a model may tell apart: what is counted of each pair of them has to fit into memory. */
export const MOST_CLASSES = 1024;

/** A fully connected layer: `activation(input · kernel + bias)`. */
export interface DenseLayer {
  readonly units: number;
  readonly activation: Activation;
  /** float32[inputs × units], row-major: the weights of input `i` are `kernel[i * units …]`. */
  readonly kernel: Float32Array;
  /** float32[units] */
  readonly bias: Float32Array;
}

/** Layers with other weights: of each, its kernel and its bias. */
export const withWeights = (layers: readonly DenseLayer[], weights: readonly Float32Array[]): DenseLayer[] =>
  layers.map((layer, i) => ({ ...layer, kernel: weights[2 * i]!, bias: weights[2 * i + 1]! }));

/** A trained multi-layer perceptron on vectors, with what is needed to feed and to judge it. */
export interface Model {
  /** Inputs of the first layer: the vectors' dimension. */
  readonly dimension: number;
  readonly encoding: Encoding;
  /** Of `tf-idf`, float32[dimension]: what a count in each column is multiplied by, where that is known. */
  readonly idf?: Float32Array;
  /**
   * At least one. The units of the last are the outputs: a single one tells how likely a row's label is 1; of several, each tells
   * that of the label that is its number, from 0.
   */
  readonly layers: readonly DenseLayer[];
  readonly loss: Loss;
}

/** A trained model of any layers, as TensorFlow.js knows them. */
export interface TopologyModel {
  /** Of the vectors that it reads; how many different word numbers there are, where those are tokens. */
  readonly dimension: number;
  readonly encoding: Encoding;
  /** How many tokens a row has, where the encoding is `tokens`. */
  readonly length?: number;
  /** Of `tf-idf`, where it is known. */
  readonly idf?: Float32Array;
  readonly topology: Topology;
  /** By TensorFlow.js's names, in its order. */
  readonly weights: readonly Tensor[];
  readonly loss: Loss;
}

export type AnyModel = Model | TopologyModel;

export const hasTopology = (model: AnyModel): model is TopologyModel => 'topology' in model;

/** Whether a model tells how its vectors are made of words. */
export const readsWords = ({ encoding, idf }: Pick<Model, 'encoding' | 'idf'>): boolean =>
  encoding === 'tf-idf' ? idf !== undefined : encoding !== 'dense';

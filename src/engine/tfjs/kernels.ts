import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import { StageError } from '../../error.ts';
import type { SegmentSum } from './batch.ts';
import type { Optimizer } from '../optimizer.ts';

/** What TensorFlow.js itself doesn't offer, or not fast enough: sums over sparse rows, and weights that learn. */
export interface Kernels {
  /** float32[sum.count × units], from a matrix of float32[rows × units]. */
  segmentSum(matrix: Tensor2D, sum: SegmentSum): Tensor2D;
  /** A copy of `values` that learns. */
  parameter(values: Float32Array, shape: number[], optimizer: Optimizer): Parameter;
}

/** Weights, with what their optimizer remembers about them. */
export interface Parameter {
  /** The weights as they are now. The caller disposes of the tensor before the next `update`. */
  read(): Tensor;
  /** One step of the optimizer. */
  update(gradient: Tensor, learningRate: number): void;
  dispose(): void;
}

/** What a trainer throws that is asked for its state: `Parameter` gives none. */
export const keepsState = (): StageError =>
  new StageError('UNSUPPORTED', 'TensorFlow keeps what its optimizers remember for itself', {
    hint: 'checkpoints are for --engine wasm, which gives the same results',
  });

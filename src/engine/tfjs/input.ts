import type { Tensor2D } from '@tensorflow/tfjs';
import type { Rows } from '../rows.ts';
import { Batcher } from './batch.ts';
import type { Kernels } from './kernels.ts';
import type { TensorFlow } from './tensorflow.ts';

/** Takes the rows with these numbers, in this order. What it gives is valid until it takes others. */
export type Input = (numbers: Uint32Array) => Batch;

/** Rows as a matrix, float32[rows × dimension], by its products with others. */
export interface Batch {
  /** The product with a matrix of float32[dimension × units]: float32[rows × units]. */
  times(matrix: Tensor2D): Tensor2D;
  /** The transposed one's product with a matrix of float32[rows × units]: float32[dimension × units]. */
  transposedTimes(matrix: Tensor2D): Tensor2D;
}

export function createInput(tf: TensorFlow, kernels: Kernels, rows: Rows): Input {
  if (rows.encoding === 'dense') {
    return (numbers) => {
      const batch = tf.tensor2d(gather(rows, numbers), [numbers.length, rows.dimension]);
      return {
        times: (matrix) => tf.matMul(batch, matrix),
        transposedTimes: (matrix) => tf.matMul(batch, matrix, true),
      };
    };
  }
  const batcher = new Batcher(rows);
  return (numbers) => {
    const batch = batcher.take(numbers);
    return {
      times: (matrix) => kernels.segmentSum(matrix, batch),
      transposedTimes: (matrix) => kernels.segmentSum(matrix, batcher.transpose(batch)),
    };
  };
}

function gather({ dimension, values }: Rows, numbers: Uint32Array): Float32Array {
  const gathered = new Float32Array(numbers.length * dimension);
  for (const [i, row] of numbers.entries())
    gathered.set(values!.subarray(row * dimension, (row + 1) * dimension), i * dimension);
  return gathered;
}

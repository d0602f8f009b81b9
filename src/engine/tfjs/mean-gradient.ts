import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from './tensorflow.ts';

/**
 * Gives TensorFlow.js a faster gradient of means: its own multiplies by ones as many as the numbers that the mean is of, and
 * makes those in JavaScript each time, which takes a third of a step of a model that averages the vectors of words. Same numbers.
 */
export function registerMeanGradient(tf: TensorFlow): void {
  tf.registerGradient({
    kernelName: 'Mean',
    inputsToSave: ['x'],
    gradFunc: (slope, [x], attributes) => {
      const { axis } = attributes as unknown as { axis: number | number[] };
      const { shape } = x!;
      const axes = tf.util.parseAxisParam(axis, shape);
      const one = shape.map((length, at) => (axes.includes(at) ? 1 : length));
      const count = axes.reduce((product, at) => product * shape[at]!, 1);
      return { x: () => tf.broadcastTo(tf.div(tf.reshape(slope as Tensor, one), count), shape) };
    },
  });
}

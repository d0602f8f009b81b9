import type { Tensor } from '@tensorflow/tfjs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { registerMeanGradient } from '../../../src/engine/tfjs/mean-gradient.ts';
import { loadTensorFlow } from '../../../src/engine/tfjs/tensorflow.ts';

test('the gradient of a mean is what TensorFlow.js itself gives', async () => {
  const { tf } = await loadTensorFlow();
  const own = tf.getGradient('Mean');
  const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(shapes, fc.subarray([0, 1, 2, 3]), fc.boolean(), (shape, chosen, keepDims) => {
      const axes = chosen.filter((axis) => axis < shape.length);
      const gradientOf = () =>
        tf.tidy(() => {
          // Squared, so that the slopes differ.
          const mean = (x: Tensor) =>
            tf.sum(tf.square(tf.mean(x, axes.length > 0 ? axes : undefined, keepDims)));
          const values = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => Math.sin(i + 1));
          return tf.grad(mean)(tf.tensor(values, shape)).arraySync();
        });
      tf.registerGradient(own);
      const expected = gradientOf();
      registerMeanGradient(tf);
      expect(gradientOf()).toEqual(expected);
    }),
  );
});

import type { Tensor } from '@tensorflow/tfjs';
import type { Clip, Penalties } from '../optimizer.ts';
import type { LayerGradient, TensorLayer } from './perceptron.ts';
import type { TensorFlow } from './tensorflow.ts';

/** The gradients of layers, with the derivatives of the penalties for their kernels. */
export function penalize(
  tf: TensorFlow,
  gradients: readonly LayerGradient[],
  { layers, penalties: { l1, l2 } }: { layers: readonly TensorLayer[]; penalties: Penalties },
): LayerGradient[] {
  return gradients.map(({ kernel, bias }, i) => {
    const weights = layers[i]!.kernel;
    const slope = tf.add(tf.mul(tf.sign(weights), l1), tf.mul(weights, 2 * l2));
    return { kernel: tf.add(kernel, slope), bias };
  });
}

/** Gradients, kept small. */
export function clip(tf: TensorFlow, gradients: readonly Tensor[], { by, limit }: Clip): Tensor[] {
  const norm = (...all: readonly Tensor[]): number =>
    Math.sqrt(all.reduce((sum, one) => sum + tf.sum(tf.square(one)).dataSync()[0]!, 0));
  const together = by === 'globalClipnorm' ? norm(...gradients) : undefined;
  return gradients.map((gradient) => {
    if (by === 'clipvalue') return tf.clipByValue(gradient, -limit, limit);
    const length = together ?? norm(gradient);
    return length > limit ? tf.mul(gradient, limit / length) : gradient;
  });
}

/** What the penalties add to the loss. */
export function penaltyOf(
  tf: TensorFlow,
  layers: readonly { readonly kernel: Tensor }[],
  { l1, l2 }: Penalties,
): number {
  return layers.reduce((sum, { kernel }) => {
    const [absolutes, squares] = [tf.sum(tf.abs(kernel)), tf.sum(tf.square(kernel))];
    return sum + l1 * absolutes.dataSync()[0]! + l2 * squares.dataSync()[0]!;
  }, 0);
}

import type { Tensor } from '@tensorflow/tfjs';
import { createDropout } from '../dropout.ts';
import type { Layer } from './layer-parts.ts';
import type { TensorFlow } from './tensorflow.ts';

/** What a layer that drops out, or a cell of a recurrent layer, has of it in TensorFlow.js. */
interface Dropping {
  readonly rate?: number;
  call(inputs: Tensor | Tensor[], options: { training?: boolean }): Tensor;
  getNoiseShape?(input: Tensor): number[] | undefined;
  /** Of a cell: what makes a mask of ones. */
  dropoutFunc?: (ones: Tensor, rate: number) => Tensor;
}

/**
 * Has all layers that drop out leave out what `createDropout` says, the nth time in a step as for the layer n. Gives what must be told of
 * each step before it.
 */
export function seedDropout(tf: TensorFlow, layers: readonly Layer[], seed: number): (step: number) => void {
  let place = { step: 0, layer: 0 };
  const drop = (input: Tensor, rate: number, shape = input.shape): Tensor => {
    const length = shape.reduce((product, one) => product * one, 1);
    const factors = createDropout(rate, seed)(place, length);
    place = { ...place, layer: place.layer + 1 };
    return tf.mul(input, tf.tensor(factors, shape));
  };
  for (const layer of layers) {
    const dropping = layer as unknown as Dropping;
    if ('dropoutFunc' in dropping) dropping.dropoutFunc = (ones, rate) => drop(ones, rate);
    if (!['Dropout', 'SpatialDropout1D'].includes(layer.getClassName())) continue;
    const rate = dropping.rate!;
    dropping.call = (inputs, { training = false }) => {
      const [input] = [inputs].flat() as [Tensor];
      if (!training || rate === 0) return input;
      return tf.tidy(() => drop(input, rate, dropping.getNoiseShape!(input) ?? input.shape));
    };
  }
  return (step) => void (place = { step, layer: 0 });
}

import type { layers } from '@tensorflow/tfjs';

export type Layer = layers.Layer;

/** Where layers of TensorFlow.js keep others. */
interface Composite {
  readonly layers?: readonly Layer[];
  readonly layer?: Layer;
  readonly forwardLayer?: Layer;
  readonly backwardLayer?: Layer;
  readonly cell?: Layer;
  readonly cells?: readonly Layer[];
}

/** A layer, and all that are within it. */
export function* partsOf(layer: Layer): Generator<Layer> {
  yield layer;
  const { layers = [], layer: wrapped, forwardLayer, backwardLayer, cell, cells = [] } = layer as Composite;
  for (const part of [...layers, wrapped, forwardLayer, backwardLayer, cell, ...cells])
    if (part !== undefined) yield* partsOf(part);
}

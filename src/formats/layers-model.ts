import { hasTopology, type AnyModel, type Model } from './model.ts';
import { layerName, weightsOf } from './model-tensors.ts';
import type { Topology } from './topology.ts';

/** The name that TensorFlow.js's own converter gives to the weights. */
export const WEIGHTS_FILE = 'group1-shard1of1.bin';
/** The inverse document frequencies, which TensorFlow.js itself doesn't read: little-endian float32[dimension]. */
export const IDF_FILE = 'idf.bin';
export const GENERATOR = 'Sluice';

/** A model in TensorFlow.js's layers format: what `model.json` holds, and the bytes of the weights that it names. */
export interface LayersModel {
  readonly format: 'layers-model';
  readonly generatedBy: string;
  readonly convertedBy: null;
  readonly modelTopology: object;
  readonly weightsManifest: readonly {
    readonly paths: readonly string[];
    readonly weights: readonly object[];
  }[];
}

/**
 * The model for `tf.loadLayersModel`; a perceptron as plain dense layers on an input of float32[rows, dimension].
 * Format: https://www.tensorflow.org/js/guide/save_load and tfjs-core's `io.ModelJSON`.
 */
export function toLayersModel(model: AnyModel): { readonly json: LayersModel; readonly weights: Uint8Array } {
  const weights = weightsOf(model);
  const json: LayersModel = {
    format: 'layers-model',
    generatedBy: GENERATOR,
    convertedBy: null,
    modelTopology: {
      ...(hasTopology(model) ? model.topology : perceptronTopology(model)),
      keras_version: 'tfjs-layers 4.22.0',
      backend: 'tensor_flow.js',
    },
    weightsManifest: [
      {
        paths: [WEIGHTS_FILE],
        weights: weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
      },
    ],
  };
  return {
    json,
    weights: Buffer.concat(weights.map(({ values }) => bytesOf(values))),
  };
}

function perceptronTopology({ dimension, layers }: Model): Topology {
  const dense = layers.map(({ units, activation }, layer) => ({
    class_name: 'Dense',
    config: {
      name: layerName(layer),
      ...(layer === 0 && { batch_input_shape: [null, dimension] }),
      dtype: 'float32',
      trainable: true,
      units,
      activation,
      use_bias: true,
    },
  }));
  return { class_name: 'Sequential', config: { name: 'sequential', layers: dense } };
}

/** The bytes of an array, in place. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

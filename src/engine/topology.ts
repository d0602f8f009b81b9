import { StageError } from '../error.ts';
import { outputOf } from '../formats/output-layer.ts';
import { mapLayers, nameOf, type Config, type Layer, type Topology } from '../formats/topology.ts';

const KERNEL = { kernel_initializer: 'glorot_uniform' };
const CELL = { ...KERNEL, recurrent_initializer: 'orthogonal' };
const GATED = { ...CELL, recurrent_activation: 'sigmoid' };
const LSTM = { ...GATED, unit_forget_bias: true };
const GRU = { ...GATED, reset_after: true };

/** What Keras takes where a layer says nothing: TensorFlow.js would take something else, or draw without a seed. */
const DEFAULTS: Readonly<Record<string, Config>> = {
  Dense: KERNEL,
  Embedding: { embeddings_initializer: 'random_uniform' },
  Conv1D: KERNEL,
  Conv2D: KERNEL,
  Conv2DTranspose: KERNEL,
  Conv3D: KERNEL,
  Conv3DTranspose: KERNEL,
  DepthwiseConv2D: { depthwise_initializer: 'glorot_uniform' },
  SeparableConv2D: { depthwise_initializer: 'glorot_uniform', pointwise_initializer: 'glorot_uniform' },
  SimpleRNN: CELL,
  SimpleRNNCell: CELL,
  LSTM,
  LSTMCell: LSTM,
  ConvLSTM2D: LSTM,
  ConvLSTM2DCell: LSTM,
  GRU,
  GRUCell: GRU,
  Softmax: { axis: -1 },
};

/**
 * The topology with all said that decides what comes of it: Keras's defaults, and a name for each layer. Throws `UNSUPPORTED` for a
 * layer that can't be trained so that the same seed gives the same weights, or not as Keras does.
 */
export function completeTopology(topology: Topology): Topology {
  const names = new Set<string>();
  const layers: Layer[] = [];
  mapLayers(topology, (layer) => {
    checkLayer(layer);
    layers.push(layer);
    if ((layer.config['name'] ?? layer.name) !== undefined) names.add(nameOf(layer));
    return layer;
  });
  checkMask(layers);
  return mapLayers(topology, (layer) => {
    const { class_name, config } = layer;
    const unset = Object.entries(DEFAULTS[class_name] ?? {}).filter(
      ([key]) => (config[key] ?? null) === null,
    );
    const name = config['name'] ?? layer.name ?? freeName(class_name, names);
    return { ...layer, config: { ...config, ...Object.fromEntries(unset), name } };
  });
}

/** Keras's names: `dense`, `dense_1`, … */
function freeName(className: string, names: Set<string>): string {
  const first = className.replaceAll(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  for (let count = 0; ; count++) {
    const name = count === 0 ? first : `${first}_${count}`;
    if (names.has(name)) continue;
    names.add(name);
    return name;
  }
}

const UNSEEDED = ['AlphaDropout', 'GaussianDropout', 'GaussianNoise', 'RandomWidth'];

function checkLayer(layer: Layer): void {
  const { class_name, config } = layer;
  if (UNSEEDED.includes(class_name))
    throw unsupported(
      layer,
      `is of class ${class_name}, whose random numbers TensorFlow.js takes from no seed`,
    );
  if (config['stateful'] === true)
    throw unsupported(layer, 'is stateful, but the rows of a batch have nothing to do with those before');
  if (class_name === 'BatchNormalization' && (config['scale'] === false || config['center'] === false))
    throw unsupported(layer, 'lacks its scale or center, without which TensorFlow.js can’t train it');
  for (const [key, value] of Object.entries(config))
    if ((key.endsWith('_constraint') || key === 'activity_regularizer') && (value ?? null) !== null)
      throw unsupported(layer, `has a ${key}, which isn't trained with`);
}

/** Keras leaves masked words out of a mean; TensorFlow.js takes them in, and says nothing. */
function checkMask(layers: readonly Layer[]): void {
  const masks = ({ class_name, config }: Layer): boolean =>
    class_name === 'Masking' || config['mask_zero'] === true;
  const mean = layers.find(({ class_name }) => class_name === 'GlobalAveragePooling1D');
  const masking = layers.find(masks);
  if (mean !== undefined && masking !== undefined)
    throw unsupported(
      mean,
      `would take in what "${nameOf(masking)}" masks, which Keras leaves out of the mean`,
    );
}

/** The same topology, but that it gives the sums that its outputs are made of. */
export function withoutActivation(topology: Topology): Topology {
  const { name } = outputOf(topology);
  const linear = (layer: Layer): Layer =>
    nameOf(layer) === name ? { ...layer, config: { ...layer.config, activation: 'linear' } } : layer;
  return mapLayers(topology, linear);
}

const unsupported = (layer: Layer, what: string): StageError =>
  new StageError('UNSUPPORTED', `the layer "${nameOf(layer)}" ${what}`, {
    where: { field: 'topology' },
    hint: 'leave it out of the topology',
  });

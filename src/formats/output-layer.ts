import { StageError } from '../error.ts';
import { ACTIVATIONS, hasTopology, type Activation, type AnyModel } from './model.ts';
import { nameOf, type Layer, type Topology } from './topology.ts';

/** What a model's last layer is. */
export interface OutputLayer {
  /** How many outputs a row has. */
  readonly units: number;
  readonly activation: Activation;
}

/** The last layer of any model. Throws what `outputOf` throws. */
export const outputLayerOf = (model: AnyModel): OutputLayer =>
  hasTopology(model) ? outputOf(model.topology) : model.layers.at(-1)!;

/** The layer that gives a topology's outputs. Throws `UNSUPPORTED` unless that is a Dense one, whose activation a loss is known of. */
export function outputOf(topology: Topology): OutputLayer & { readonly name: string } {
  const layer = lastLayer(topology);
  if (layer?.class_name !== 'Dense')
    throw unsupported(`the layer "${nameOf(layer ?? topology)}" gives the outputs, and is not Dense`);
  const { activation: given, units } = layer.config;
  const activation = ACTIVATIONS.find((one) => one === (given ?? 'linear'));
  if (activation === undefined)
    throw unsupported(
      `the layer "${nameOf(layer)}" gives the outputs, and has activation ${JSON.stringify(given)}`,
      `expected one of ${ACTIVATIONS.join(', ')}`,
    );
  if (!Number.isInteger(units) || Number(units) < 1)
    throw unsupported(
      `the layer "${nameOf(layer)}" gives the outputs, and has units ${JSON.stringify(units)}`,
      'give it one unit, or one for each label',
    );
  return { name: nameOf(layer), units: Number(units), activation };
}

function lastLayer({ class_name, config }: Topology): Layer | undefined {
  const layers = config['layers'] as readonly Layer[];
  if (class_name === 'Sequential') return layers.at(-1);
  // One is [name, 0, 0], or a list of that.
  const [output, ...others] = [config['output_layers'] ?? []].flat() as unknown[];
  if (others.some((other) => Array.isArray(other))) throw unsupported('the topology has several outputs');
  const [name] = [output].flat();
  const layer = layers.find((one) => nameOf(one) === name);
  // Of one that is, the activation can't be taken off its last application alone.
  if (layer?.inbound_nodes !== undefined && layer.inbound_nodes.length > 1)
    throw unsupported(`the layer "${nameOf(layer)}" gives the outputs, and is applied more than once`);
  return layer;
}

const unsupported = (message: string, hint = 'the last layer must be Dense'): StageError =>
  new StageError('UNSUPPORTED', message, { where: { field: 'topology' }, hint });

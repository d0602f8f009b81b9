import { StageError, type Where } from '../error.ts';

/** A layer as TensorFlow.js and Keras write it; a model is one, too: its layers are in its `config`. */
export interface Layer {
  readonly class_name: string;
  readonly config: Config;
  /** Of a layer in a functional model: its name there, and which layers it is applied to, each time. */
  readonly name?: string;
  readonly inbound_nodes?: readonly unknown[];
}

export type Config = Readonly<Record<string, unknown>>;

/** A model of layers: what `model.toJSON()` of TensorFlow.js gives. */
export type Topology = Layer;

const HINT = 'expected what `model.toJSON()` of TensorFlow.js gives, or a model.json';

/**
 * Reads a topology: alone, as the `modelTopology` of a model.json, or as the `model_config` that Keras's own files have. Weights
 * are not read. Throws `NOT_JSON`, and `BAD_VALUE` where it is no model of layers.
 */
export async function readTopology(bytes: AsyncIterable<Uint8Array>): Promise<Topology> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return toTopology(parse(Buffer.concat(chunks).toString()));
}

/** What was parsed as a topology; throws `BAD_VALUE` where it is none. */
export function toTopology(value: unknown): Topology {
  const file = value as { modelTopology?: unknown; model_config?: unknown } | null;
  if (file?.modelTopology !== undefined) return toTopology(file.modelTopology);
  if (file?.model_config !== undefined) return toTopology(file.model_config);
  const topology = toLayer(value);
  if (Array.isArray(topology.config['layers'])) return topology;
  throw badValue(`${topology.class_name} has no layers`, { field: 'layers' });
}

export const nameOf = ({ class_name, config, name = class_name }: Layer): string =>
  typeof config['name'] === 'string' ? config['name'] : name;

/** The same layers, each changed: those within another before it. */
export function mapLayers(layer: Layer, change: (layer: Layer) => Layer): Layer {
  const config = { ...layer.config };
  for (const [key, within] of Object.entries(nestedIn(layer)))
    config[key] = Array.isArray(within)
      ? within.map((one) => mapLayers(one, change))
      : mapLayers(within, change);
  return change({ ...layer, config });
}

/** Where layers have others within them. */
const NESTED = ['layers', 'layer', 'backward_layer', 'cell', 'cells'];

const nestedIn = ({ config }: Layer): Record<string, Layer | Layer[]> =>
  Object.fromEntries(NESTED.flatMap((key) => (config[key] ? [[key, config[key] as Layer]] : [])));

/** Checks a layer and those within it. Older files have a sequential model's layers in place of its configuration. */
function toLayer(value: unknown): Layer {
  const { class_name, config: given, name, inbound_nodes } = (value ?? {}) as Record<string, unknown>;
  const config = Array.isArray(given) ? { layers: given } : given;
  if (typeof class_name !== 'string' || typeof config !== 'object' || config === null)
    throw badValue(`${shorten(JSON.stringify(value))} is no layer: it lacks class_name or config`);
  const layer = {
    class_name,
    config: { ...config } as Record<string, unknown>,
    ...(typeof name === 'string' && { name }),
    ...(Array.isArray(inbound_nodes) && { inbound_nodes }),
  };
  for (const [key, within] of Object.entries(nestedIn(layer)))
    layer.config[key] = Array.isArray(within) ? within.map(toLayer) : toLayer(within);
  return layer;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new StageError('NOT_JSON', `the topology can't be read: ${(cause as Error).message}`, {
      hint: HINT,
      cause,
    });
  }
}

const shorten = (text = 'nothing'): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

const badValue = (message: string, where: Where = {}): StageError =>
  new StageError('BAD_VALUE', message, { where, hint: HINT });

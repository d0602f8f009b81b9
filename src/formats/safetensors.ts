import { createHash, type Hash } from 'node:crypto';
import type { Codec } from '../stage.ts';
import { hasTopology, LOSSES, MOST_CLASSES, type AnyModel, type Loss } from './model.ts';
import { fault, shown, take, toCount, toLayers, weightsOf } from './model-tensors.ts';
import { outputLayerOf, type OutputLayer } from './output-layer.ts';
import { PREFIX, checkStart, decodeTensorFile, encodeTensorFile, type TensorFile } from './tensor-file.ts';
import { toTopology } from './topology.ts';
import { ENCODINGS } from './vector-batch.ts';

const FORMAT = 'sluice-model';
const VERSION = '1';
/** The tensor of the inverse document frequencies. */
const IDF = 'idf';

/** A model as one safetensors file: a tensor for each array of weights, the rest as metadata. A stream holds one. */
export const models: Codec<AnyModel> = {
  name: 'model',
  extension: 'safetensors',
  text: false,
  read: async function* (bytes) {
    yield await readModel(bytes);
  },
  write: async function* (items) {
    for await (const model of items) yield writeModel(model);
  },
};

/**
 * The model as a safetensors file. A perceptron's tensors have Keras's names and order (`dense/kernel`, `dense/bias`,
 * `dense_1/kernel`, …), with `idf` behind them where there is one. The metadata, in this order, are `dimension`, `encoding`, `format`, `length`
 * (of rows of tokens), `loss`, `sha256` (of the tensors' bytes, since the format itself would not notice a changed weight; of a model
 * from a topology, of its other metadata, too), `topology` (JSON: of a perceptron a list of each layer's activation and units, else TensorFlow.js's)
 * and `version`.
 */
export function writeModel(model: AnyModel): Uint8Array {
  const { dimension, encoding, idf, loss } = model;
  const weights = weightsOf(model);
  const tensors = idf ? [...weights, { name: IDF, shape: [dimension], values: idf }] : weights;
  const about = {
    dimension: String(dimension),
    encoding,
    format: FORMAT,
    ...(hasTopology(model) && model.length !== undefined && { length: String(model.length) }),
    loss,
  };
  const topology = JSON.stringify(
    hasTopology(model)
      ? model.topology
      : model.layers.map(({ activation, units }) => ({ activation, units })),
  );
  const digest = startDigest({ ...about, topology });
  for (const { values } of tensors) digest.update(values);
  const metadata = { ...about, sha256: digest.digest('hex'), topology, version: VERSION };
  return encodeTensorFile({ metadata, tensors });
}

/** The sha256 to which the tensors are added. Each word of a perceptron's metadata is checked where it is read; a topology's are TensorFlow.js's. */
function startDigest({ dimension, encoding, length, loss, topology = '' }: TensorFile['metadata']): Hash {
  const hash = createHash('sha256');
  if (!topology.startsWith('{')) return hash;
  return hash.update(JSON.stringify([dimension, encoding, length, loss, topology]));
}

/**
 * Reads a model. Throws `TRUNCATED` or `CORRUPT` for a damaged file, and `UNSUPPORTED` for a safetensors file
 * that is not one of ours, or of a later version.
 */
export async function readModel(bytes: AsyncIterable<Uint8Array>): Promise<AnyModel> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let isChecked = false;
  for await (const chunk of bytes) {
    chunks.push(chunk);
    size += chunk.length;
    if (isChecked || size <= PREFIX) continue;
    checkStart(Buffer.concat(chunks));
    isChecked = true;
  }
  const file = decodeTensorFile(Buffer.concat(chunks));
  const { metadata } = file;
  if (metadata.format !== FORMAT) {
    throw fault(
      'UNSUPPORTED',
      `a safetensors file of format ${shown(metadata.format)}, not ${shown(FORMAT)}`,
    );
  }
  if (metadata.version !== VERSION) {
    throw fault(
      'UNSUPPORTED',
      `a model of version ${shown(metadata.version)}; this Sluice reads version ${VERSION}`,
    );
  }
  const digest = startDigest(metadata).update(file.data).digest('hex');
  if (metadata.sha256 !== digest) {
    throw fault('CORRUPT', `the model's sha256 is ${digest}, the file says ${metadata.sha256}`);
  }
  const encoding = ENCODINGS.find((name) => name === metadata.encoding);
  if (encoding === undefined) throw fault('UNSUPPORTED', `encoding ${shown(metadata.encoding)}`);
  const loss = LOSSES.find((name) => name === metadata.loss);
  if (loss === undefined) throw fault('UNSUPPORTED', `loss ${shown(metadata.loss)}`);
  const dimension = toCount(metadata.dimension);
  const tensors = new Map(file.tensors.map((tensor) => [tensor.name, tensor]));
  const hasIdf = encoding === 'tf-idf' && tensors.has(IDF);
  const idf = hasIdf && { idf: take(tensors, IDF, [dimension]) };
  const topology = parseTopology(metadata.topology);
  const length = metadata.length !== undefined && { length: toCount(metadata.length) };
  const model: AnyModel = Array.isArray(topology)
    ? { dimension, encoding, ...idf, layers: toLayers(topology, tensors, dimension), loss }
    : {
        dimension,
        encoding,
        ...length,
        ...idf,
        topology: toTopology(topology),
        weights: [...tensors.values()],
        loss,
      };
  checkOutputs(outputLayerOf(model), loss);
  return model;
}

/** Throws `UNSUPPORTED` where one output can't say anything, and where there are too many. */
function checkOutputs({ units, activation }: OutputLayer, loss: Loss): void {
  if (units > MOST_CLASSES)
    throw fault('UNSUPPORTED', `the last layer has ${units} units, more than ${MOST_CLASSES}`);
  if (units === 1 && (activation === 'softmax' || loss === 'categorical_crossentropy'))
    throw fault('UNSUPPORTED', `the last layer has one unit, ${activation} and the loss ${loss}`);
}

function parseTopology(topology = ''): unknown {
  try {
    return JSON.parse(topology);
  } catch (cause) {
    throw fault('CORRUPT', `the topology is not JSON: ${shown(topology)}`, cause);
  }
}

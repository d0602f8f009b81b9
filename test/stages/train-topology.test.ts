import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasTopology, type AnyModel } from '../../src/formats/model.ts';
import { weightsOf } from '../../src/formats/model-tensors.ts';
import { readModel } from '../../src/formats/safetensors.ts';
import type { VectorBatch } from '../../src/formats/vector-batch.ts';
import { vectors } from '../../src/formats/vectors.ts';
import { train } from '../../src/stages/train.ts';
import { describeToolchain } from '../../src/toolchains.ts';
import { goldens, input } from '../engine/golden.ts';
import { temporaryFolder } from '../folder.ts';
import { chunked, collect, streamOf } from '../streams.ts';
import { through } from './through.ts';
import { embedding, layer, OUTPUT, tokens, topologyFile } from './topologies.ts';

const bytesOf = async (options: object, bytes: Uint8Array): Promise<Buffer> =>
  Buffer.concat(await collect(through(train, options, chunked(bytes))));

const encode = async (batch: VectorBatch): Promise<Buffer> =>
  Buffer.concat(await collect(vectors.write(streamOf(batch))));

const modelOf = async (options: object, bytes: Uint8Array): Promise<AnyModel> =>
  readModel(streamOf(await bytesOf(options, bytes)));

describe('a topology of dense layers', () => {
  const penalty = layer('L1L2', { l1: 0.001, l2: 0.01 });
  const dense = (units: number, activation: string, more: object = {}) =>
    layer('Dense', { units, activation, kernel_regularizer: penalty, ...more });

  test.each([
    ['rmsprop', {}],
    ['adam', { optimizer: 'adam', learningRate: 0.01 }],
    ['adagrad', { optimizer: 'adagrad', clipvalue: 0.01 }],
    ['sgd', { optimizer: 'sgd', globalClipnorm: 0.05, learningRate: 1, momentum: 0.5 }],
    ['the squared error', { loss: 'mean_squared_error', classWeights: [0.5, 2] }],
  ])('comes to the same weights as a perceptron: %s', async (_, options) => {
    const common = { epochs: 3, batchSize: 16, seed: 3, ...options };
    const topology = topologyFile([
      dense(4, 'tanh', { batch_input_shape: [null, 30] }),
      layer('Dropout', { rate: 0.2 }),
      dense(3, 'relu'),
      layer('Dropout', { rate: 0.2 }),
      dense(1, 'sigmoid'),
    ]);
    const perceptron = { units: [4, 3], activations: ['tanh', 'relu'], dropout: 0.2, l1: 0.001, l2: 0.01 };
    await expectSame(await modelOf({ ...common, topology }, input), { ...common, ...perceptron }, input);
  });

  test.each(goldens.filter(({ name }) => ['count', 'tf-idf', 'dense'].includes(name)))(
    'reads vectors as a perceptron does: $name',
    async ({ input: bytes }) => {
      const [batch] = (await collect(vectors.read(chunked(bytes)))) as [VectorBatch];
      const topology = topologyFile([
        layer('Dense', { units: 2, activation: 'softmax', batch_input_shape: [null, batch.dimension] }),
      ]);
      const common = { epochs: 2, batchSize: 16, loss: 'categorical_crossentropy' };
      await expectSame(await modelOf({ ...common, topology }, bytes), { ...common, units: [] }, bytes);
    },
  );

  /** Expects a model from a topology to have the weights of the perceptron that these options come to. */
  async function expectSame(ours: AnyModel, options: object, bytes: Uint8Array): Promise<void> {
    const theirs = await modelOf(options, bytes);
    expect([hasTopology(ours), hasTopology(theirs)]).toEqual([true, false]);
    for (const [i, { name, shape, values }] of weightsOf(theirs).entries()) {
      const weights = weightsOf(ours)[i]!;
      expect(weights).toMatchObject({ name, shape });
      for (const [at, value] of values.entries()) expect(weights.values[at]).toBeCloseTo(value, 5);
    }
  }
});

const LSTM = { units: 3, dropout: 0.2, recurrent_dropout: 0.2 };

describe('training is the same for the same seed, and another for another', () => {
  test.each([
    ['an embedding', [embedding(), layer('GlobalAveragePooling1D'), OUTPUT]],
    [
      'a convolution',
      [embedding(), layer('Conv1D', { filters: 2, kernel_size: 3 }), layer('GlobalMaxPooling1D'), OUTPUT],
    ],
    ['dropout', [embedding(), layer('SpatialDropout1D', { rate: 0.4 }), layer('Flatten'), OUTPUT]],
    ['an LSTM', [embedding({ mask_zero: true }), layer('LSTM', LSTM), OUTPUT]],
    ['both ways', [embedding(), layer('Bidirectional', { layer: layer('LSTM', LSTM) }), OUTPUT]],
    ['a GRU', [embedding(), layer('GRU', { ...LSTM, reset_after: false }), OUTPUT]],
    ['batch normalization', [embedding(), layer('Flatten'), layer('BatchNormalization'), OUTPUT]],
  ])('with %s', async (_, layers) => {
    const bytes = await encode(tokens(10));
    const options = { topology: topologyFile(layers), epochs: 2, batchSize: 4 };
    const first = await bytesOf(options, bytes);
    expect(await bytesOf(options, bytes)).toEqual(first);
    const [one, other] = [await modelOf(options, bytes), await modelOf({ ...options, seed: 2 }, bytes)];
    for (const [i, { name, values }] of weightsOf(one).entries())
      expect(weightsOf(other)[i]!.values, name).not.toEqual(values);
  });

  test('but for an initializer with a seed of its own', async () => {
    const bytes = await encode(tokens(10));
    const seeded = layer('RandomNormal', { stddev: 0.1, seed: 7 });
    const topology = topologyFile([
      embedding({ embeddings_initializer: seeded, trainable: false }),
      layer('GlobalAveragePooling1D'),
      OUTPUT,
    ]);
    const embeddings = async (seed: number) =>
      weightsOf(await modelOf({ topology, epochs: 1, seed }, bytes)).find(({ name }) => /embed/.test(name))!;
    expect(await embeddings(1)).toEqual(await embeddings(2));
  });
});

describe('a topology', () => {
  const layers = [embedding(), layer('GlobalAveragePooling1D'), OUTPUT];

  test('is computed by TensorFlow, as its toolchain says', async () => {
    const kinds = [{}, { topology: 'x' }].map((given) => describeToolchain(train.toolchain, given));
    const [perceptron, topology] = await Promise.all(kinds);
    expect(perceptron).toHaveProperty('kernels');
    expect(topology).toHaveProperty('tfjs');
  });

  test('may be in a model.json, whose weights are not read', async () => {
    const bytes = await encode(tokens(10));
    const expected = await bytesOf({ topology: topologyFile(layers), epochs: 1 }, bytes);
    const sequential = { class_name: 'Sequential', config: { layers } };
    for (const file of [
      { modelTopology: sequential, weightsManifest: [{ paths: ['gone.bin'], weights: [] }] },
      { modelTopology: { keras_version: '2.15', model_config: sequential } },
      { class_name: 'Sequential', config: layers },
    ]) {
      const path = join(temporaryFolder(), 'model.json');
      writeFileSync(path, JSON.stringify(file));
      expect(await bytesOf({ topology: path, epochs: 1 }, bytes)).toEqual(expected);
    }
  });

  test('may be functional, and comes to the same weights as a sequence of the same layers', async () => {
    const bytes = await encode(tokens(10));
    const before = ['input', 'embedding', 'global_average_pooling1d'];
    const inner = layers.map((one, i) => ({
      ...one,
      name: [...before, 'dense'][i + 1]!,
      inbound_nodes: [[[before[i], 0, 0, {}]]],
    }));
    const input = {
      ...layer('InputLayer', { batch_input_shape: [null, 5] }),
      name: 'input',
      inbound_nodes: [],
    };
    const ends = { input_layers: [['input', 0, 0]], output_layers: [['dense', 0, 0]] };
    const path = join(temporaryFolder(), 'model.json');
    writeFileSync(path, JSON.stringify(layer('Functional', { layers: [input, ...inner], ...ends })));
    const functional = await modelOf({ topology: path, epochs: 1 }, bytes);
    const sequential = await modelOf({ topology: topologyFile(layers), epochs: 1 }, bytes);
    expect(weightsOf(functional)).toEqual(weightsOf(sequential));
  });

  test.each([
    ['options of a perceptron', { units: [3] }, 'USAGE', /^units is 3, together with a topology/],
    ['its dropout', { dropout: 0.1 }, 'USAGE', /^dropout is 0.1, together/],
    ['classes', { classes: 3 }, 'USAGE', /^classes is 3, together/],
    ['a loss of several outputs', { loss: 'categorical_crossentropy' }, 'USAGE', /has one output/],
    ['the engine in WebAssembly', { engine: 'wasm' }, 'USAGE', /^engine is wasm, together/],
    ['a checkpoint', { checkpoint: 'x' }, 'USAGE', /^--checkpoint/],
  ])('is refused with %s', async (_, options, code, message) => {
    const asked = bytesOf({ topology: topologyFile(layers), ...options }, await encode(tokens(10)));
    await expect(asked).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });

  test.each([
    [
      'other vectors',
      [embedding({ batch_input_shape: [null, 7] }), layer('Flatten'), OUTPUT],
      'BAD_VALUE',
      "the vectors have shape [rows, 5], the topology's input has [rows, 7]",
    ],
    [
      'word numbers that no embedding reads',
      [layer('Dense', { units: 3, batch_input_shape: [null, 5] }), OUTPUT],
      'BAD_VALUE',
      'the vectors are tokens, and the topology has no embedding',
    ],
    [
      'more words than its embedding has',
      [embedding({ input_dim: 9 }), layer('Flatten'), OUTPUT],
      'BAD_VALUE',
      'the vectors have dimension 10, the embedding "embedding" has input_dim 9',
    ],
    [
      'nothing to train',
      [
        embedding({ trainable: false }),
        layer('Flatten'),
        { ...OUTPUT, config: { ...OUTPUT.config, trainable: false } },
      ],
      'UNSUPPORTED',
      'no layer of the topology has weights that are trained',
    ],
    [
      'more outputs than a model may have',
      [embedding(), layer('Flatten'), layer('Dense', { units: 1025, activation: 'sigmoid' })],
      'UNSUPPORTED',
      'the topology has 1025 outputs, more than 1024',
    ],
    [
      'an output a word',
      [embedding(), OUTPUT],
      'UNSUPPORTED',
      "the topology's output has shape [rows, 5, 1], not [rows, outputs]",
    ],
    [
      'a layer that TensorFlow.js lacks',
      [embedding(), layer('Attentive'), OUTPUT],
      'UNSUPPORTED',
      /^TensorFlow.js can't build the topology: Unknown layer: Attentive/,
    ],
    [
      'a GRU as Keras has it',
      [embedding(), layer('GRU', { units: 2 }), OUTPUT],
      'UNSUPPORTED',
      /reset_after/,
    ],
  ])('is refused with %s', async (_, other, code, message) => {
    const asked = bytesOf({ topology: topologyFile(other) }, await encode(tokens(10)));
    const text = typeof message === 'string' ? message : (expect.stringMatching(message) as string);
    await expect(asked).rejects.toMatchObject({ code, message: text });
  });
});

test('a topology is refused word numbers that float32 would take for others', async () => {
  const topology = topologyFile([embedding({ input_dim: 2 ** 25, output_dim: 1 }), layer('Flatten'), OUTPUT]);
  const { indices, ...rows } = tokens(10);
  const many = { ...rows, indices: Uint32Array.from(indices), dimension: 2 ** 24 + 1 };
  const asked = bytesOf({ topology }, await encode(many));
  await expect(asked).rejects.toMatchObject({
    code: 'BAD_VALUE',
    message: 'the vectors are tokens of dimension 16777217',
  });
});

test('a perceptron is refused tokens', async () => {
  const asked = bytesOf({}, await encode(tokens(10)));
  await expect(asked).rejects.toMatchObject({ code: 'BAD_VALUE', where: { field: 'topology' } });
});

test('an embedding reads no other vectors than word numbers', async () => {
  const { length: _, ...rows } = tokens(10);
  const vectors: VectorBatch = { ...rows, encoding: 'dense', values: Float32Array.from(rows.indices) };
  const bytes = await encode({ ...vectors, dimension: 5, indices: new Uint16Array(0) });
  const topology = topologyFile([embedding(), layer('Flatten'), OUTPUT]);
  await expect(bytesOf({ topology }, bytes)).rejects.toMatchObject({
    code: 'BAD_VALUE',
    message: 'the vectors are dense, and the topology has an embedding',
  });
});

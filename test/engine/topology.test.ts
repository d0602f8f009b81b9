import { describe, expect, test } from 'vitest';
import { completeTopology, withoutActivation } from '../../src/engine/topology.ts';
import { outputOf } from '../../src/formats/output-layer.ts';
import { readTopology, type Layer, type Topology } from '../../src/formats/topology.ts';
import { streamOf } from '../streams.ts';
import { layer, OUTPUT } from '../stages/topologies.ts';

const sequential = (...layers: Layer[]): Topology => layer('Sequential', { layers });
const layersOf = (topology: Topology): readonly Layer[] => topology.config['layers'] as Layer[];

describe('completeTopology', () => {
  test('says what Keras takes where nothing is said, and keeps what is', () => {
    const lstm = layer('LSTM', { units: 2, recurrent_activation: null });
    const given = sequential(
      layer('Embedding', { input_dim: 3, output_dim: 2 }),
      layer('Bidirectional', { layer: lstm }),
      layer('Dense', { units: 1, kernel_initializer: 'he_normal', name: 'last' }),
    );
    const [embedding, both, dense] = layersOf(completeTopology(given));
    expect(embedding!.config).toMatchObject({ embeddings_initializer: 'random_uniform' });
    expect((both!.config['layer'] as Layer).config).toMatchObject({
      kernel_initializer: 'glorot_uniform',
      recurrent_initializer: 'orthogonal',
      recurrent_activation: 'sigmoid',
      unit_forget_bias: true,
    });
    expect(dense!.config).toEqual({ units: 1, kernel_initializer: 'he_normal', name: 'last' });
    expect(layersOf(given)[0]!.config).toEqual({ input_dim: 3, output_dim: 2 });
  });

  test('names layers as Keras does, and keeps the names that are given', () => {
    const topology = completeTopology(
      sequential(
        layer('Dense', {}),
        layer('Dense', { name: 'dense_1' }),
        layer('Dense', {}),
        layer('Conv1D', {}),
      ),
    );
    const names = layersOf(topology).map(({ config }) => config['name']);
    expect(names).toEqual(['dense', 'dense_1', 'dense_2', 'conv1d']);
  });

  test.each([
    ['random numbers without a seed', layer('GaussianNoise', { stddev: 1 }), /from no seed/],
    ['a state from batch to batch', layer('LSTM', { units: 2, stateful: true }), /"LSTM" is stateful/],
    ['a constraint', layer('Dense', { kernel_constraint: layer('NonNeg') }), /has a kernel_constraint/],
    ['a penalty on outputs', layer('Dense', { activity_regularizer: 'l2' }), /has a activity_regularizer/],
    ['half a normalization', layer('BatchNormalization', { scale: false }), /lacks its scale or center/],
  ])('refuses %s', (_, wrong, message) => {
    expect(() => completeTopology(sequential(wrong, OUTPUT))).toThrow(message);
    expect(() => completeTopology(sequential(layer('TimeDistributed', { layer: wrong }), OUTPUT))).toThrow(
      message,
    );
  });

  test('refuses a mean over masked words, of which TensorFlow.js would leave none out', () => {
    const embedding = layer('Embedding', { input_dim: 3, output_dim: 2, mask_zero: true });
    const mean = layer('GlobalAveragePooling1D', {});
    expect(() => completeTopology(sequential(embedding, mean, OUTPUT))).toThrow(/"Embedding" masks/);
    expect(() => completeTopology(sequential(layer('Masking', {}), mean, OUTPUT))).toThrow(/"Masking" masks/);
    const unmasked = layer('Embedding', { input_dim: 3, output_dim: 2, mask_zero: false });
    expect(() => completeTopology(sequential(unmasked, mean, OUTPUT))).not.toThrow();
  });
});

describe('the output', () => {
  const output = (name: string, activation?: string): Layer => layer('Dense', { name, units: 2, activation });
  const functional = (...output_layers: unknown[]): Topology =>
    layer('Functional', { layers: [output('a', 'tanh'), output('b', 'relu')], output_layers });

  test('is that of the last layer, or of the one that a functional model names', () => {
    expect(outputOf(sequential(output('a', 'tanh'), output('b'))).activation).toBe('linear');
    expect(outputOf(functional(['a', 0, 0])).activation).toBe('tanh');
    expect(outputOf(layer('Model', functional(['b', 0, 0]).config)).activation).toBe('relu');
    expect(
      outputOf(layer('Functional', { ...functional().config, output_layers: ['a', 0, 0] })).activation,
    ).toBe('tanh');
  });

  test('loses its activation alone', () => {
    const [a, b] = layersOf(withoutActivation(functional(['a', 0, 0])));
    expect([a, b].map((one) => one!.config['activation'])).toEqual(['linear', 'relu']);
  });

  test.each([
    ['of a recurrent layer', sequential(layer('LSTM', { units: 1 })), /"LSTM" gives the outputs/],
    ['with another activation', sequential(output('a', 'selu')), /has activation "selu"/],
    ['of no units', sequential(layer('Dense', { units: -1 })), /has units -1/],
    ['of two layers', functional(['a', 0, 0], ['b', 0, 0]), /several outputs/],
    ['of none', functional(), /is not Dense/],
    [
      'of a layer that is applied twice',
      layer('Functional', {
        layers: [{ ...output('a'), inbound_nodes: [[['i', 0, 0]], [['a', 0, 0]]] }],
        output_layers: [['a', 1, 0]],
      }),
      /is applied more than once/,
    ],
  ])('is refused %s', (_, topology, message) => {
    expect(() => outputOf(topology)).toThrow(message);
  });
});

describe('readTopology', () => {
  const read = (text: string) => readTopology(streamOf(Buffer.from(text)));

  test.each([
    ['no JSON', '{', 'NOT_JSON', /^the topology can't be read/],
    ['no model', '[]', 'BAD_VALUE', /is no layer/],
    ['null', 'null', 'BAD_VALUE', /^null is no layer/],
    ['a layer alone', '{"class_name":"Dense","config":{}}', 'BAD_VALUE', /^Dense has no layers/],
    [
      'a layer without its configuration',
      '{"class_name":"Sequential","config":{"layers":[{"class_name":"Dense"}]}}',
      'BAD_VALUE',
      /^{"class_name":"Dense"} is no layer/,
    ],
  ])('refuses %s', async (_, text, code, message) => {
    await expect(read(text)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  });
});

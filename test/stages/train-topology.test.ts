import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { hasTopology } from '../../src/formats/model.ts';
import { readModel, weightsOf } from '../../src/formats/safetensors.ts';
import { train } from '../../src/stages/train.ts';
import { input } from '../engine/golden.ts';
import { temporaryFolder } from '../folder.ts';
import { chunked, collect, streamOf } from '../streams.ts';
import { through } from './through.ts';

const bytesOf = async (options: object, bytes: Uint8Array = input): Promise<Buffer> =>
  Buffer.concat(await collect(through(train, options, chunked(bytes))));

/** The path of a file that holds a topology of these layers. */
function topologyFile(layers: readonly object[]): string {
  const file = join(temporaryFolder(), 'topology.json');
  writeFileSync(file, JSON.stringify({ class_name: 'Sequential', config: { layers } }));
  return file;
}

const layer = (class_name: string, config: object = {}): object => ({ class_name, config });

describe('a topology of dense layers', () => {
  const penalty = layer('L1L2', { l1: 0.001, l2: 0.01 });
  const dense = (units: number, activation: string, more: object = {}): object =>
    layer('Dense', { units, activation, ...more });
  const input_shape = { batch_input_shape: [null, 30] };

  test.each([
    ['rmsprop', {}],
    ['adam', { optimizer: 'adam', learningRate: 0.01 }],
    ['adagrad', { optimizer: 'adagrad', clipvalue: 0.01 }],
    ['sgd', { optimizer: 'sgd', globalClipnorm: 0.05, learningRate: 1, momentum: 0.5 }],
    ['the squared error', { loss: 'mean_squared_error', classWeights: [0.5, 2] }],
  ])('comes to the same weights as a perceptron: %s', async (_, options) => {
    const common = { epochs: 3, batchSize: 16, seed: 3, ...options };
    const topology = topologyFile([
      dense(4, 'tanh', { ...input_shape, kernel_regularizer: penalty }),
      layer('Dropout', { rate: 0.2 }),
      dense(3, 'relu', { kernel_regularizer: penalty }),
      layer('Dropout', { rate: 0.2 }),
      dense(1, 'sigmoid', { kernel_regularizer: penalty }),
    ]);
    const perceptron = { units: [4, 3], activations: ['tanh', 'relu'], dropout: 0.2, l1: 0.001, l2: 0.01 };
    const ours = await readModel(streamOf(await bytesOf({ ...common, topology })));
    const theirs = await readModel(streamOf(await bytesOf({ ...common, ...perceptron })));
    expect(hasTopology(ours)).toBe(true);
    for (const [i, { name, shape, values }] of weightsOf(theirs).entries()) {
      const weights = weightsOf(ours)[i]!;
      expect(weights).toMatchObject({ name, shape });
      for (const [at, value] of values.entries())
        expect(Math.abs(value - weights.values[at]!)).toBeLessThan(1e-5);
    }
  });
});

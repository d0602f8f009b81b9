import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { OPTIMIZERS, type Clip } from '../../../src/engine/optimizer.ts';
import { Tally } from '../../../src/engine/tally.ts';
import { completeTopology } from '../../../src/engine/topology.ts';
import { createNativeKernels } from '../../../src/engine/tfjs/native.ts';
import { NetworkTrainer } from '../../../src/engine/tfjs/network-trainer.ts';
import { Network } from '../../../src/engine/tfjs/network.ts';
import { createPortableKernels } from '../../../src/engine/tfjs/portable.ts';
import { loadTensorFlow } from '../../../src/engine/tfjs/tensorflow.ts';
import type { Loss } from '../../../src/formats/model.ts';
import { outputOf } from '../../../src/formats/output-layer.ts';
import type { Topology } from '../../../src/formats/topology.ts';

/** Trainings by Keras 3.15.1 on TensorFlow 2.21.0, from its own first weights. */
const folder = fileURLToPath(new URL('../../files/topology/', import.meta.url));

interface Golden {
  readonly topology: Topology;
  readonly optimizer: { readonly name: 'rmsprop' | 'adam' | 'sgd'; readonly learningRate: number };
  readonly loss: Loss;
  readonly clip?: Clip;
  readonly tokens: readonly number[][];
  readonly labels: readonly number[];
  readonly batches: readonly number[][];
  readonly first: readonly { readonly shape: number[]; readonly values: number[] }[];
  readonly trained: Golden['first'];
  /** Of all rows, before and after; with the penalties. */
  readonly losses: readonly [number, number];
}

const goldens = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map(
    (file) =>
      [file.replace('.json', ''), JSON.parse(readFileSync(`${folder}${file}`, 'utf8')) as Golden] as const,
  );

test.each(goldens)(
  'a topology comes to the weights and the loss that Keras comes to: %s',
  async (_, golden) => {
    const { tf, backend } = await loadTensorFlow();
    const topology = completeTopology(golden.topology);
    const objective = { loss: golden.loss, activation: outputOf(topology).activation };
    const optimizer = OPTIMIZERS[golden.optimizer.name];
    const network = await Network.build(tf, topology);
    const named = network.weights();
    network.setWeights(golden.first.map((weight, i) => ({ name: named[i]!.name, ...typed(weight) })));
    const kernels = backend === 'native' ? createNativeKernels(tf) : createPortableKernels(tf);
    const training = { objective, optimizer, clip: golden.clip, batchSize: 5 };
    const trainer = new NetworkTrainer(tf, kernels, { network, training, seed: 1 });
    const labels = Float32Array.from(golden.labels);
    const rows = {
      dimension: 9,
      encoding: 'tokens' as const,
      length: 6,
      labels,
      offsets: Int32Array.from({ length: labels.length + 1 }, (_, row) => 6 * row),
      indices: Uint16Array.from(golden.tokens.flat()),
    };
    const lossNow = async (): Promise<number> => {
      const tally = new Tally(objective);
      tally.add(await trainer.sums(rows), labels, trainer.penalty());
      return tally.loss;
    };
    expect(await lossNow()).toBeCloseTo(golden.losses[0], 5);
    for (const batch of golden.batches)
      trainer.step(rows, Uint32Array.from(batch), golden.optimizer.learningRate);
    expect(await lossNow()).toBeCloseTo(golden.losses[1], 4);
    const trained = trainer.weights();
    for (const [i, { values }] of golden.trained.entries())
      for (const [at, value] of values.entries()) expect(trained[i]![at]).toBeCloseTo(value, 4);
    trainer.dispose();
  },
);

const typed = ({ shape, values }: Golden['first'][number]) => ({ shape, values: Float32Array.from(values) });

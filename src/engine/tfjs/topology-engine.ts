import { StageError } from '../../error.ts';
import type { TopologyEngine } from '../contract.ts';
import type { Kernels } from './kernels.ts';
import { Network } from './network.ts';
import { NetworkTrainer } from './network-trainer.ts';
import { registerMeanGradient } from './mean-gradient.ts';
import type { TensorFlow } from './tensorflow.ts';

/** The engine for models of any layers, on TensorFlow.js's present backend, with kernels that fit it. */
export function createTopologyEngine(tf: TensorFlow, kernels: Kernels): TopologyEngine {
  registerMeanGradient(tf);
  return {
    async createTrainer(topology, about, { seed, ...training }) {
      const network = await Network.build(tf, topology, seed);
      network.check(about);
      if (network.model.trainableWeights.length === 0)
        throw new StageError('UNSUPPORTED', 'no layer of the topology has weights that are trained', {
          where: { field: 'topology' },
          hint: 'let a layer be trainable',
        });
      return new NetworkTrainer(tf, kernels, { network, training, seed });
    },
    async createPredictor({ topology, weights }) {
      const network = await Network.build(tf, topology);
      network.setWeights(weights);
      return network;
    },
  };
}

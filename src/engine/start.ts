import { StageError } from '../error.ts';
import { withWeights, type AnyModel } from '../formats/model.ts';
import type { Topology } from '../formats/topology.ts';
import { chooseLayers, chooseObjective, chooseRegularization } from './choose.ts';
import type { Trainer, Training } from './contract.ts';
import { loadEngine, loadTopologyEngine, type EngineName } from './engine.ts';
import { initializeLayers } from './initialize.ts';
import type { Objective } from './loss.ts';
import type { About } from './rows.ts';
import { completeTopology, outputOf } from './topology.ts';

/** What a training starts from, before its rows are known. */
export interface Start {
  readonly objective: Objective;
  /** Loads the engine. */
  load(say: (line: string) => void): Promise<Begin>;
}

/** Begins a training on such rows. Throws `BAD_VALUE` where they don't fit. */
export type Begin = (
  about: About,
  training: Pick<Training, 'optimizer' | 'batchSize'>,
) => Promise<{ readonly trainer: Trainer; readonly toModel: (weights: readonly Float32Array[]) => AnyModel }>;

type PerceptronOptions = Parameters<typeof chooseLayers>[0] &
  Parameters<typeof chooseObjective>[0] &
  Parameters<typeof chooseRegularization>[0] &
  Parameters<typeof initializeLayers>[2];

type Options = PerceptronOptions & { readonly engine: EngineName };

/** A perceptron with first weights from the seed. Throws `USAGE` for options that don't go together. */
export function startPerceptron(options: Options): Start {
  const shapes = chooseLayers(options);
  const objective = chooseObjective(options);
  const regularization = chooseRegularization(options);
  const { loss } = objective;
  return {
    objective,
    load: async (say) => {
      const engine = await loadEngine(options.engine, say);
      return async (about, training) => {
        if (about.encoding === 'tokens') throw tokensWithoutTopology();
        const layers = initializeLayers(about.dimension, shapes, options);
        const trainer = engine.createTrainer(layers, { objective, ...training, ...regularization });
        return {
          trainer,
          toModel: (weights) => ({ ...about, layers: withWeights(layers, weights), loss }),
        };
      };
    },
  };
}

/** What a topology says itself. */
const PERCEPTRONS = [
  'units',
  'activation',
  'activations',
  'outputActivation',
  'initializer',
  'l1',
  'l2',
  'dropout',
] as const satisfies readonly (keyof Options)[];

/** A model of any layers. Throws `USAGE` for options that describe another one, `UNSUPPORTED` where the topology can't be trained. */
export function startTopology(given: Topology, options: Options): Start {
  const wrong =
    options.engine === 'wasm' ? 'engine' : PERCEPTRONS.find((name) => options[name] !== undefined);
  if (wrong !== undefined)
    throw new StageError('USAGE', `${wrong} is ${String(options[wrong])}, together with a topology`, {
      where: { field: wrong },
      hint: wrong === 'engine' ? 'leave it out: TensorFlow trains topologies' : 'the topology says it',
    });
  const topology = completeTopology(given);
  const { activation: outputActivation } = outputOf(topology);
  const objective = chooseObjective({ ...options, outputActivation });
  const { clip } = chooseRegularization(options);
  const { loss } = objective;
  return {
    objective,
    load: async (say) => {
      const engine = await loadTopologyEngine(say);
      return async (about, training) => {
        const { seed } = options;
        const trainer = await engine.createTrainer(topology, about, { objective, ...training, clip, seed });
        const toModel = (weights: readonly Float32Array[]): AnyModel => ({
          ...about,
          topology,
          weights: trainer.shapes.map((shape, i) => ({ ...shape, values: weights[i]! })),
          loss,
        });
        return { trainer, toModel };
      };
    },
  };
}

const tokensWithoutTopology = (): StageError =>
  new StageError('BAD_VALUE', 'the vectors are tokens, which a perceptron makes nothing of', {
    where: { field: 'topology' },
    hint: 'give --topology with an embedding, or vectorize with another encoding',
  });

import { StageError } from '../error.ts';
import { MOST_CLASSES, withWeights, type AnyModel } from '../formats/model.ts';
import { outputOf } from '../formats/output-layer.ts';
import type { Topology } from '../formats/topology.ts';
import { chooseHiddenLayers, chooseObjective, chooseRegularization } from './choose.ts';
import { chooseOutputs } from './classes.ts';
import type { Trainer, Training } from './contract.ts';
import { loadEngine, loadTopologyEngine, type EngineName } from './engine.ts';
import { initializeLayers } from './initialize.ts';
import type { Objective } from './loss.ts';
import type { About } from './rows.ts';
import { completeTopology } from './topology.ts';

/** What a training starts from, before its rows are known. */
export interface Start {
  readonly objective: Objective;
  /** How many outputs a row has; `undefined` where the labels tell. */
  readonly outputs: number | undefined;
  /** Loads the engine. */
  load(say: (line: string) => void): Promise<Begin>;
}

/** Begins a training on such rows. Throws `BAD_VALUE` where they don't fit. */
export type Begin = (
  about: About,
  training: Pick<Training, 'optimizer' | 'batchSize'> & { readonly outputs: number },
) => Promise<{ readonly trainer: Trainer; readonly toModel: (weights: readonly Float32Array[]) => AnyModel }>;

type PerceptronOptions = Parameters<typeof chooseHiddenLayers>[0] &
  Parameters<typeof chooseObjective>[0] &
  Parameters<typeof chooseOutputs>[0] &
  Parameters<typeof chooseRegularization>[0] &
  Parameters<typeof initializeLayers>[2];

type Options = PerceptronOptions & { readonly engine: EngineName };

/** A perceptron with first weights from the seed. Throws `USAGE` for options that don't go together. */
export function startPerceptron(options: Options): Start {
  const hidden = chooseHiddenLayers(options);
  const objective = chooseObjective(options);
  const regularization = chooseRegularization(options);
  const { loss } = objective;
  return {
    objective,
    outputs: chooseOutputs(options),
    load: async (say) => {
      const engine = await loadEngine(options.engine, say);
      return async (about, { outputs, ...training }) => {
        if (about.encoding === 'tokens') throw tokensWithoutTopology();
        const shapes = [...hidden, { units: outputs, activation: objective.activation }];
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
  'classes',
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
  const { activation: outputActivation, units: outputs } = outputOf(topology);
  const objective = chooseObjective({ ...options, outputActivation });
  const { clip } = chooseRegularization(options);
  const { loss } = objective;
  checkOutputs({ ...options, outputActivation }, outputs);
  return {
    objective,
    outputs,
    load: async (say) => {
      const engine = await loadTopologyEngine(say);
      return async (about, { optimizer, batchSize }) => {
        const { seed } = options;
        const trainer = await engine.createTrainer(topology, about, {
          objective,
          optimizer,
          batchSize,
          clip,
          seed,
        });
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

/** Throws `USAGE` where a loss or class weights don't go with so many outputs, `UNSUPPORTED` for more than a model may have. */
function checkOutputs(options: Parameters<typeof chooseOutputs>[0], outputs: number): void {
  if (outputs > MOST_CLASSES)
    throw new StageError('UNSUPPORTED', `the topology has ${outputs} outputs, more than ${MOST_CLASSES}`, {
      where: { field: 'topology' },
      hint: 'give its last layer fewer units',
    });
  const classes = outputs === 1 ? undefined : outputs;
  if (chooseOutputs({ ...options, classes }) !== undefined) return;
  throw new StageError('USAGE', `the loss is ${options.loss}, and the topology has one output`, {
    where: { field: 'loss' },
    hint: 'give its last layer an output for each label, or take another loss',
  });
}

const tokensWithoutTopology = (): StageError =>
  new StageError('BAD_VALUE', 'the vectors are tokens, which a perceptron makes nothing of', {
    where: { field: 'topology' },
    hint: 'give --topology with an embedding, or vectorize with another encoding',
  });

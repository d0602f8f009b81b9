import * as v from 'valibot';
import { chooseLayers, chooseOptimizer } from '../engine/choose.ts';
import { ENGINES, loadEngine, toolchainOf } from '../engine/engine.ts';
import { fit as fitModel } from '../engine/fit.ts';
import { initializeLayers } from '../engine/initialize.ts';
import { collectRows, countRows } from '../engine/rows.ts';
import { countSplits, noRow } from '../engine/splits.ts';
import { METRICS } from '../engine/tally.ts';
import { recordEvents } from '../formats/event-folder.ts';
import { recordHistory } from '../formats/history.ts';
import { ACTIVATIONS, LOSSES, type Model } from '../formats/model.ts';
import { SPLITS, type Split } from '../formats/review.ts';
import { models } from '../formats/safetensors.ts';
import { vectors } from '../formats/vectors.ts';
import { choice, flag, integer, list, number, outputFile, outputFolder } from '../options.ts';
import { defineStage } from '../stage.ts';

const OPTIMIZER_NAMES = ['rmsprop', 'adam', 'sgd'] as const;

/** Any number of `item`, also none. */
const some = <T extends v.GenericSchema>(item: T, description: string) =>
  v.pipe(v.array(item, 'expected a list'), v.description(description));

/**
 * Trains a multi-layer perceptron from scratch, as Keras would: the same initial distribution, optimizers, losses and
 * metrics. All randomness comes from `seed`; the same input, options and toolchain give the same bytes.
 */
export const train = defineStage({
  summary: 'Trains a perceptron on vectors, from scratch',
  example: 'sluice train --epochs 4 --history history.ndjson < split.arrows > model.safetensors',
  reads: vectors,
  writes: models,
  options: {
    units: v.optional(
      some(integer(1, 'units of a layer'), 'units of each hidden layer; none: logistic regression'),
      [16, 16],
    ),
    activation: v.optional(choice(ACTIVATIONS, 'activation of the hidden layers'), 'relu'),
    activations: v.optional(
      some(choice(ACTIVATIONS, 'an activation'), 'activation of each hidden layer, where they differ'),
    ),
    outputActivation: v.optional(
      choice(ACTIVATIONS, 'activation of the last layer, which has one unit'),
      'sigmoid',
    ),
    loss: v.optional(choice(LOSSES, 'what training makes small'), 'binary_crossentropy'),
    optimizer: v.optional(choice(OPTIMIZER_NAMES, 'how the weights follow their gradients'), 'rmsprop'),
    learningRate: v.optional(number(0, 1e6, 'learning rate; if unset 0.001, for sgd 0.01')),
    rho: v.optional(number(0, 1, 'of rmsprop: how slowly it forgets; if unset 0.9')),
    momentum: v.optional(number(0, 1, 'of rmsprop and sgd; if unset 0')),
    nesterov: v.optional(flag("of sgd: Nesterov's momentum; if unset false")),
    beta1: v.optional(number(0, 1, 'of adam: how slowly it forgets the mean; if unset 0.9')),
    beta2: v.optional(number(0, 1, 'of adam: how slowly it forgets the mean square; if unset 0.999')),
    epsilon: v.optional(number(0, 1e6, 'of rmsprop and adam: against division by zero; if unset 1e-7')),
    metrics: v.optional(
      some(choice(METRICS, 'a metric'), 'what the history holds besides loss and accuracy'),
    ),
    engine: v.optional(
      choice(ENGINES, 'what computes: auto is wasm, which is the fastest; tfjs is TensorFlow'),
      'auto',
    ),
    epochs: v.optional(integer(1, 'how often each row is trained on'), 20),
    batchSize: v.optional(integer(1, 'rows a step'), 512),
    seed: v.optional(integer(0, 'seed of the first weights and of the order of the rows'), 1),
    fit: v.optional(list(choice(SPLITS, 'a split'), 'the splits whose rows it is trained on'), ['train']),
    validate: v.optional(
      some(
        choice(SPLITS, 'a split'),
        'the splits that it is judged on after each epoch; if unset, validation, unless fit has it',
      ),
    ),
    history: v.optional(outputFile('history.ndjson', 'a file that takes the history, a line an epoch')),
    tensorboard: v.optional(
      outputFolder('a folder that takes the history for TensorBoard, which can watch it grow', 'tensorboard'),
    ),
  },
  toolchain: ({ engine }) => toolchainOf(engine),
  run: async function* (input, options, context) {
    const { loss, metrics = [], epochs, batchSize, seed, fit, history, tensorboard } = options;
    const { learningRate, rho, momentum, nesterov, beta1, beta2, epsilon } = options;
    const numbers = { learningRate, rho, momentum, nesterov, beta1, beta2, epsilon };
    const optimizer = chooseOptimizer(options.optimizer, numbers);
    const shapes = chooseLayers(options);
    const validate = options.validate ?? (['validation'] as const).filter((split) => !fit.includes(split));

    const counts = new Map<Split, number>();
    // The engine loads while whoever writes the vectors is still at work.
    const [engine, [rows, validation]] = await Promise.all([
      loadEngine(options.engine, (line) => context.say(line)),
      collectRows(countSplits(input, counts), fit, validate),
    ]);
    if (countRows(rows) === 0) throw noRow('fit', fit, counts);
    if (countRows(validation) === 0 && options.validate?.length) throw noRow('validate', validate, counts);

    const { dimension, encoding } = rows;
    const layers = initializeLayers(dimension, shapes, seed);
    const trainer = engine.createTrainer(layers, { rows, loss, optimizer, batchSize });
    try {
      const objective = { loss, activation: options.outputActivation };
      const settings = { rows, validation, objective, metrics, epochs, batchSize, seed };
      let training = fitModel(trainer, settings, context);
      if (history !== undefined) training = recordHistory(training, history);
      if (tensorboard !== undefined) training = recordEvents(training, tensorboard);
      for await (const _ of training);
      yield { dimension, encoding, layers: trainer.layers(), loss } satisfies Model;
    } finally {
      trainer.dispose();
    }
  },
});

import * as v from 'valibot';
import { chooseEarlyStopping, chooseLayers, chooseObjective } from '../engine/choose.ts';
import { chooseOptimizer, chooseRegularization, chooseSchedule } from '../engine/choose.ts';
import { MONITORS, stopEarly } from '../engine/early-stopping.ts';
import { ENGINES, loadEngine, toolchainOf } from '../engine/engine.ts';
import { fit as fitModel } from '../engine/fit.ts';
import { initializeLayers } from '../engine/initialize.ts';
import { collectRows, countRows } from '../engine/rows.ts';
import { countSplits, noRow } from '../engine/splits.ts';
import { SCHEDULES } from '../engine/schedule.ts';
import { METRICS } from '../engine/tally.ts';
import { recordHistory } from '../formats/history.ts';
import { ACTIVATIONS, LOSSES, type DenseLayer, type Model } from '../formats/model.ts';
import { SPLITS, type Split } from '../formats/review.ts';
import { models } from '../formats/safetensors.ts';
import { vectors } from '../formats/vectors.ts';
import { choice, flag, integer, list, number, outputFile } from '../options.ts';
import { defineStage } from '../stage.ts';

const OPTIMIZER_NAMES = ['rmsprop', 'adam', 'adagrad', 'sgd'] as const;

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
    centered: v.optional(flag('of rmsprop: whether the mean gradient is taken off; if unset false')),
    initialAccumulatorValue: v.optional(number(0, 1e6, 'of adagrad: the first sum of squares; if unset 0.1')),
    epsilon: v.optional(
      number(0, 1e6, 'of rmsprop, adam and adagrad: against division by zero; if unset 1e-7'),
    ),
    schedule: v.optional(choice(SCHEDULES, 'how the learning rate changes; if unset, it does not')),
    decaySteps: v.optional(
      integer(1, 'of a schedule: the steps of a decay, an epoch having rows / batchSize'),
    ),
    decayRate: v.optional(number(0, 1e6, 'of exponential_decay and inverse_time_decay; if unset 0.96')),
    staircase: v.optional(flag('of the same: whether it changes only every decaySteps; if unset false')),
    alpha: v.optional(number(0, 1, 'of cosine_decay: the share that is left; if unset 0')),
    l1: v.optional(
      number(0, 1e6, 'penalty for each kernel: l1 times the sum of the weights, without sign'),
      0,
    ),
    l2: v.optional(
      number(0, 1e6, 'penalty for each kernel: l2 times the sum of the squares of the weights'),
      0,
    ),
    dropout: v.optional(
      number(0, 0.99, 'share of the hidden units that are left out, at random, in a step'),
      0,
    ),
    clipvalue: v.optional(number(0, 1e6, 'the most that a number of a gradient may be')),
    clipnorm: v.optional(number(0, 1e6, "the most that the norm of one array's gradient may be")),
    globalClipnorm: v.optional(number(0, 1e6, 'the most that the norm of the whole gradient may be')),
    classWeights: v.optional(
      v.pipe(
        list(
          number(0, 1e6, 'a weight'),
          'what a row counts in the loss: of label 0, of label 1; if unset 1,1',
        ),
        v.length(2, 'expected two weights, such as 1,1.5'),
      ),
    ),
    metrics: v.optional(
      some(choice(METRICS, 'a metric'), 'what the history holds besides loss and accuracy'),
    ),
    engine: v.optional(
      choice(ENGINES, 'what computes: auto is wasm, which is the fastest; tfjs is TensorFlow'),
      'auto',
    ),
    epochs: v.optional(integer(1, 'how often each row is trained on'), 20),
    batchSize: v.optional(integer(1, 'rows a step'), 512),
    patience: v.optional(
      integer(0, 'stop after so many epochs without a better monitor, and keep the best weights'),
    ),
    monitor: v.optional(choice(MONITORS, 'what patience looks at'), 'val_loss'),
    minDelta: v.optional(number(0, 1e6, 'how much better the monitor must get to count'), 0),
    seed: v.optional(integer(0, 'seed of the first weights and of the order of the rows'), 1),
    fit: v.optional(list(choice(SPLITS, 'a split'), 'the splits whose rows it is trained on'), ['train']),
    validate: v.optional(
      some(
        choice(SPLITS, 'a split'),
        'the splits that it is judged on after each epoch; if unset, validation, unless fit has it',
      ),
    ),
    history: v.optional(outputFile('history.ndjson', 'a file that takes the history, a line an epoch')),
  },
  toolchain: ({ engine }) => toolchainOf(engine),
  run: async function* (input, options, context) {
    const { loss, metrics = [], epochs, batchSize, seed, fit, history } = options;
    const optimizer = chooseOptimizer(options);
    const schedule = chooseSchedule(options);
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
    const objective = chooseObjective(options);
    const trainer = engine.createTrainer(layers, {
      rows,
      objective,
      optimizer,
      batchSize,
      ...chooseRegularization(options),
    });
    try {
      const { learningRate } = optimizer;
      const settings = {
        rows,
        validation,
        objective,
        metrics,
        epochs,
        batchSize,
        seed,
        learningRate,
        schedule,
      };
      let best: DenseLayer[] | undefined;
      const all = fitModel(trainer, settings, context);
      const stopping = chooseEarlyStopping(options, countRows(validation) > 0);
      const training = stopping ? stopEarly(all, stopping, () => (best = trainer.layers())) : all;
      for await (const _ of history === undefined ? training : recordHistory(training, history));
      yield { dimension, encoding, layers: best ?? trainer.layers(), loss } satisfies Model;
    } finally {
      trainer.dispose();
    }
  },
});

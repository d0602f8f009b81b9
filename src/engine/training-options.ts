import * as v from 'valibot';
import { choice, flag, inputFile, integer, list, number, some } from '../options.ts';
import { ACTIVATIONS, LOSSES, MOST_CLASSES } from '../formats/model.ts';
import { ENGINES } from './engine.ts';
import { INITIALIZERS } from './initialize.ts';
import { SCHEDULES } from './schedule.ts';
import { METRICS } from './tally.ts';

const OPTIMIZER_NAMES = ['rmsprop', 'adam', 'adagrad', 'sgd'] as const;

/** What a model and its training are made of, as options of a stage. */
export const trainingOptions = {
  topology: v.optional(
    inputFile('layers of any kind, as TensorFlow.js writes them in model.json, in place of a perceptron'),
  ),
  units: v.optional(
    some(
      integer(1, 'units of a layer'),
      'units of each hidden layer; if the list is empty, logistic regression; if unset 16,16',
    ),
  ),
  activation: v.optional(choice(ACTIVATIONS, 'activation of the hidden layers; if unset relu')),
  activations: v.optional(
    some(choice(ACTIVATIONS, 'an activation'), 'activation of each hidden layer, where they differ'),
  ),
  outputActivation: v.optional(
    choice(
      ACTIVATIONS,
      'activation of the last layer; if unset sigmoid, or for categorical_crossentropy softmax',
    ),
  ),
  classes: v.optional(
    v.pipe(
      integer(
        2,
        'outputs, one a label; if unset one that tells 1 from 0, for categorical_crossentropy as many as labels',
      ),
      v.maxValue(MOST_CLASSES, `expected at most ${MOST_CLASSES}`),
    ),
  ),
  initializer: v.optional(
    choice(INITIALIZERS, 'what the first weights are drawn from; if unset glorot_uniform'),
  ),
  loss: v.optional(choice(LOSSES, 'what training makes small'), 'binary_crossentropy'),
  optimizer: v.optional(choice(OPTIMIZER_NAMES, 'how the weights follow their gradients'), 'rmsprop'),
  learningRate: v.optional(number(0, 1e6, 'learning rate; if unset 0.001, for sgd 0.01')),
  rho: v.optional(number(0, 1, 'of rmsprop: how slowly it forgets; if unset 0.9')),
  momentum: v.optional(number(0, 1, 'of rmsprop and sgd; if unset 0')),
  nesterov: v.optional(flag("of sgd: whether its momentum is Nesterov's; if unset false")),
  beta1: v.optional(number(0, 1, 'of adam: how slowly it forgets the mean; if unset 0.9')),
  beta2: v.optional(number(0, 1, 'of adam: how slowly it forgets the mean square; if unset 0.999')),
  centered: v.optional(flag('of rmsprop: whether the mean gradient is taken off; if unset false')),
  initialAccumulatorValue: v.optional(number(0, 1e6, 'of adagrad: the first sum of squares; if unset 0.1')),
  epsilon: v.optional(
    number(0, 1e6, 'of rmsprop, adam and adagrad: against division by zero; if unset 1e-7'),
  ),
  schedule: v.optional(choice(SCHEDULES, 'how the learning rate changes; if unset, it does not')),
  decaySteps: v.optional(integer(1, 'of a schedule: the steps of a decay, an epoch having rows / batchSize')),
  decayRate: v.optional(number(0, 1e6, 'of exponential_decay and inverse_time_decay; if unset 0.96')),
  staircase: v.optional(flag('of the same: whether it changes only every decaySteps; if unset false')),
  alpha: v.optional(number(0, 1, 'of cosine_decay: the share that is left; if unset 0')),
  l1: v.optional(
    number(0, 1e6, 'penalty for each kernel: l1 times the sum of the weights, without sign; if unset 0'),
  ),
  l2: v.optional(
    number(0, 1e6, 'penalty for each kernel: l2 times the sum of the squares of the weights; if unset 0'),
  ),
  dropout: v.optional(
    number(0, 0.99, 'share of the hidden units that are left out, at random, in a step; if unset 0'),
  ),
  clipvalue: v.optional(number(0, 1e6, 'the most that a number of a gradient may be')),
  clipnorm: v.optional(number(0, 1e6, "the most that the norm of one array's gradient may be")),
  globalClipnorm: v.optional(number(0, 1e6, 'the most that the norm of the whole gradient may be')),
  classWeights: v.optional(
    v.pipe(
      list(
        number(0, 1e6, 'a weight'),
        'what a row counts in the loss: of label 0, of label 1, …; if unset 1',
      ),
      v.minLength(2, 'expected a weight for each label, such as 1,1.5'),
    ),
  ),
  metrics: v.optional(some(choice(METRICS, 'a metric'), 'what the history holds besides loss and accuracy')),
  engine: v.optional(
    choice(
      ENGINES,
      'what computes: tfjs is TensorFlow; auto is wasm, which is the fastest, and tfjs for a topology',
    ),
    'auto',
  ),
};

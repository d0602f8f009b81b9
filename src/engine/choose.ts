import { StageError } from '../error.ts';
import type { Activation, Loss } from '../formats/model.ts';
import type { Training } from './contract.ts';
import { createDropout } from './dropout.ts';
import type { EarlyStopping } from './early-stopping.ts';
import type { Objective } from './loss.ts';
import { OPTIMIZERS, type Clip, type Optimizer } from './optimizer.ts';
import type { Schedule } from './schedule.ts';

/** What is an option of some choices only. */
type Numbers = Readonly<Record<string, unknown>>;

/** All numbers that some optimizer has. */
const OPTIMIZER_NUMBERS = [
  ...new Set(Object.values(OPTIMIZERS).flatMap((numbers) => Object.keys(numbers))),
].filter((field) => field !== 'name');

/** The optimizer by its name, and the numbers that were set; the others are Keras's. Throws `USAGE` for a number that it has no use for. */
export function chooseOptimizer({
  optimizer: name,
  ...options
}: { readonly optimizer: Optimizer['name'] } & Numbers): Optimizer {
  const { name: _, ...defaults } = OPTIMIZERS[name];
  return {
    name,
    ...defaults,
    ...pick(options, { of: `the optimizer ${name}`, defaults, all: OPTIMIZER_NUMBERS }),
  } as Optimizer;
}

const SCHEDULE_NUMBERS = {
  exponential_decay: { decayRate: 0.96, staircase: false },
  inverse_time_decay: { decayRate: 0.96, staircase: false },
  cosine_decay: { alpha: 0 },
} as const;

/** The schedule by its name, and its numbers. Throws `USAGE` for a number that it has no use for, and without `decaySteps`. */
export function chooseSchedule({
  schedule: name,
  decaySteps,
  ...options
}: { readonly schedule?: Schedule['name'] | undefined; readonly decaySteps?: number | undefined } & Numbers):
  Schedule | undefined {
  const defaults: Numbers = name === undefined ? {} : SCHEDULE_NUMBERS[name];
  const of = name === undefined ? 'a learning rate without a schedule' : `the schedule ${name}`;
  const all = ['decayRate', 'staircase', 'alpha', ...(name === undefined ? ['decaySteps'] : [])];
  const numbers = pick({ ...options, decaySteps }, { of, defaults, all });
  if (name === undefined) return undefined;
  if (decaySteps !== undefined) return { name, decaySteps, ...defaults, ...numbers } as Schedule;
  throw new StageError('USAGE', `the schedule ${name} needs decaySteps`, { where: { field: 'decaySteps' } });
}

/** Those of the numbers `all` that are set. Throws `USAGE` for one that isn't among `defaults`. */
function pick(
  options: Numbers,
  { of, defaults, all }: { of: string; defaults: Numbers; all: readonly string[] },
): Numbers {
  const set = all.filter((name) => options[name] !== undefined);
  for (const field of set) {
    if (field in defaults) continue;
    const own = Object.keys(defaults);
    throw new StageError('USAGE', `${field} is ${String(options[field])}, but ${of} has no ${field}`, {
      where: { field },
      hint: own.length > 0 ? `it takes ${own.join(', ')}` : 'leave it out',
    });
  }
  return Object.fromEntries(set.map((name) => [name, options[name]]));
}

/** What training makes small. The last layer's activation is the one that fits the loss, if it is unset. */
export const chooseObjective = ({
  loss,
  outputActivation,
  classWeights,
}: {
  readonly loss: Loss;
  readonly outputActivation?: Activation | undefined;
  readonly classWeights?: readonly number[] | undefined;
}): Objective => ({
  loss,
  activation: outputActivation ?? (loss === 'categorical_crossentropy' ? 'softmax' : 'sigmoid'),
  classWeights,
});

/** Of the hidden layers, where nothing is said. */
const UNITS = [16, 16];

/** What keeps a model from learning its rows by heart. Throws `USAGE` for more than one way to clip. */
export function chooseRegularization({
  l1 = 0,
  l2 = 0,
  dropout: rate = 0,
  seed,
  units = UNITS,
  ...limits
}: {
  readonly l1?: number | undefined;
  readonly l2?: number | undefined;
  readonly dropout?: number | undefined;
  readonly seed: number;
  readonly units?: readonly number[] | undefined;
} & { readonly [B in Clip['by']]?: number | undefined }): Pick<Training, 'penalties' | 'clip' | 'dropout'> {
  const clips = (['clipvalue', 'clipnorm', 'globalClipnorm'] as const).flatMap((by) =>
    limits[by] === undefined ? [] : [{ by, limit: limits[by] }],
  );
  if (clips.length > 1)
    throw new StageError(
      'USAGE',
      `${clips.map(({ by }) => by).join(' and ')} are given: one of them is possible`,
      {
        where: { field: clips[1]!.by },
      },
    );
  if (rate > 0 && units.length === 0)
    throw new StageError('USAGE', `dropout is ${rate}, but no layer is hidden`, {
      where: { field: 'dropout' },
    });
  return {
    penalties: l1 === 0 && l2 === 0 ? undefined : { l1, l2 },
    clip: clips[0],
    dropout: rate === 0 ? undefined : createDropout(rate, seed),
  };
}

/** When to stop early, if that was asked for. Throws `USAGE` where its numbers are given without `patience`. */
export function chooseEarlyStopping({
  patience,
  ...options
}: { readonly [Field in keyof EarlyStopping]?: EarlyStopping[Field] | undefined }):
  EarlyStopping | undefined {
  const defaults = patience === undefined ? {} : { monitor: 'val_loss' as const, minDelta: 0 };
  const given = pick(options, { of: 'a training without patience', defaults, all: ['monitor', 'minDelta'] });
  if (patience === undefined) return undefined;
  return { patience, monitor: 'val_loss', minDelta: 0, ...given };
}

/** The hidden layers of a perceptron. Throws `USAGE` where there isn't one of `activations` for each. */
export function chooseHiddenLayers({
  units = UNITS,
  activation = 'relu',
  activations,
}: {
  readonly units?: readonly number[] | undefined;
  readonly activation?: Activation | undefined;
  readonly activations?: readonly Activation[] | undefined;
}): { units: number; activation: Activation }[] {
  if (activations !== undefined && activations.length !== units.length) {
    throw new StageError(
      'USAGE',
      `${activations.length} activations (${activations.join(', ')}) for ${units.length} hidden layers`,
      {
        where: { field: 'activations' },
        hint: 'give one for each number in units, or use activation for all',
      },
    );
  }
  return units.map((count, layer) => ({ units: count, activation: activations?.[layer] ?? activation }));
}

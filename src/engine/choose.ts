import { StageError } from '../error.ts';
import type { Activation } from '../formats/model.ts';
import { OPTIMIZERS, type Optimizer } from './optimizer.ts';

/** The optimizer by its name, and the numbers that were set; the others are Keras's. Throws `USAGE` for a number that it has no use for. */
export function chooseOptimizer(
  name: Optimizer['name'],
  numbers: Readonly<Record<string, number | boolean | undefined>>,
): Optimizer {
  const defaults: Optimizer = OPTIMIZERS[name];
  const set = Object.entries(numbers).filter(([, value]) => value !== undefined);
  for (const [field, value] of set) {
    if (field in defaults) continue;
    const { name: _, ...own } = defaults;
    throw new StageError('USAGE', `${field} is ${value}, but the optimizer ${name} has no ${field}`, {
      where: { field },
      hint: `${name} takes ${Object.keys(own).join(', ')}`,
    });
  }
  return { ...defaults, ...Object.fromEntries(set) };
}

/** The layers of a perceptron with one output. Throws `USAGE` where there isn't one of `activations` for each hidden layer. */
export function chooseLayers({
  units,
  activation,
  activations,
  outputActivation,
}: {
  /** Of the hidden layers. */
  units: readonly number[];
  activation: Activation;
  activations?: readonly Activation[] | undefined;
  outputActivation: Activation;
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
  return [
    ...units.map((count, layer) => ({ units: count, activation: activations?.[layer] ?? activation })),
    { units: 1, activation: outputActivation },
  ];
}

import { adamRate, type Optimizer } from '../optimizer.ts';
import type { Arena } from './memory.ts';
import type { Kernels } from './module.ts';

/** Weights that learn, and their gradient: `rows` rows of `stride` float32 each. */
export interface Parameter {
  readonly weights: number;
  readonly gradient: number;
  readonly rows: number;
  readonly stride: number;
  /** A byte a row: whether its gradient may be other than zero. */
  readonly touched: number;
}

/** An optimizer for one parameter. */
export interface Update {
  /** Takes the step of that number, from 1, at a learning rate. It leaves the gradient zero. */
  readonly step: (time: number, rate: number) => void;
  /** What it remembers, besides the number of steps. */
  readonly slots: readonly Slot[];
}

/** An array of float32, or of uint32 where it `counts`. */
interface Slot {
  readonly address: number;
  readonly length: number;
  readonly counts?: boolean;
}

/**
 * The optimizer for a parameter, with memory of its own. Rows that aren't touched are passed over where their step
 * would be none: without momentum, for `sgd`, `adagrad`, and for `rmsprop`, which makes up for them when the row is touched again.
 */
export function createUpdate(optimizer: Optimizer, parameter: Parameter, tools: Tools): Update {
  switch (optimizer.name) {
    case 'rmsprop':
      return rmsprop(optimizer, parameter, tools);
    case 'adam':
      return adam(optimizer, parameter, tools);
    case 'adagrad':
      return adagrad(optimizer, parameter, tools);
    case 'sgd':
      return sgd(optimizer, parameter, tools);
  }
}

interface Tools {
  readonly kernels: Kernels;
  readonly arena: Arena;
}

type Named<Name extends Optimizer['name']> = Extract<Optimizer, { readonly name: Name }>;

function rmsprop(optimizer: Named<'rmsprop'>, parameter: Parameter, { kernels, arena }: Tools): Update {
  const { rho, momentum, centered, epsilon } = optimizer;
  const { weights, gradient, rows, stride, touched } = parameter;
  const squares = allocateSlot(parameter, arena);
  const decays = momentum === 0 && !centered ? tabulateDecays(rho) : undefined;
  if (decays !== undefined) {
    const table = arena.place(decays);
    const longest = decays.length - 1;
    const seen = { address: arena.allocate(4 * rows), length: rows, counts: true };
    const about = [weights, gradient, squares.address, rows, stride, touched, seen.address] as const;
    return {
      step: (time, rate) => kernels.rmsprop(...about, time, table, longest, rate, rho, epsilon),
      slots: [squares, seen],
    };
  }
  const steps = allocateSlot(parameter, arena);
  const means = centered ? [allocateSlot(parameter, arena)] : [];
  const about = [weights, gradient, squares.address, steps.address, means[0]?.address ?? 0] as const;
  return {
    step: (_, rate) => kernels.rmspropMomentum(...about, rows, stride, rate, rho, momentum, epsilon),
    slots: [squares, steps, ...means],
  };
}

/** ρ⁰, ρ¹, ρ², … until nothing is left in float32; `undefined` where that takes too long. */
function tabulateDecays(rho: number): Float32Array | undefined {
  const decays = [];
  for (let decay = 1; Math.fround(decay) > 0; decay *= rho) {
    decays.push(decay);
    if (decays.length === MOST_DECAYS) return undefined;
  }
  return Float32Array.from([...decays, 0]);
}

const MOST_DECAYS = 1 << 20;

function adam(optimizer: Named<'adam'>, parameter: Parameter, { kernels, arena }: Tools): Update {
  const { beta1, beta2, epsilon } = optimizer;
  const { weights, gradient, rows, stride } = parameter;
  const means = allocateSlot(parameter, arena);
  const squares = allocateSlot(parameter, arena);
  const about = [weights, gradient, means.address, squares.address, rows, stride] as const;
  return {
    step: (time, rate) => {
      const corrected = adamRate(optimizer, rate, time);
      kernels.adam(...about, corrected, 1 - beta1, 1 - beta2, epsilon);
    },
    slots: [means, squares],
  };
}

function adagrad(optimizer: Named<'adagrad'>, parameter: Parameter, { kernels, arena }: Tools): Update {
  const { initialAccumulatorValue, epsilon } = optimizer;
  const { weights, gradient, rows, stride, touched } = parameter;
  const squares = allocateSlot(parameter, arena);
  arena.floats(squares.address, squares.length).fill(initialAccumulatorValue);
  return {
    step: (_, rate) =>
      kernels.adagrad(weights, gradient, squares.address, rows, stride, touched, rate, epsilon),
    slots: [squares],
  };
}

function sgd(optimizer: Named<'sgd'>, parameter: Parameter, { kernels, arena }: Tools): Update {
  const { momentum, nesterov } = optimizer;
  const { weights, gradient, rows, stride, touched } = parameter;
  if (momentum === 0)
    return { step: (_, rate) => kernels.sgd(weights, gradient, rows, stride, touched, rate), slots: [] };
  const steps = allocateSlot(parameter, arena);
  const about = [weights, gradient, steps.address, rows, stride] as const;
  return {
    step: (_, rate) => kernels.sgdMomentum(...about, rate, momentum, Number(nesterov)),
    slots: [steps],
  };
}

function allocateSlot({ rows, stride }: Parameter, arena: Arena): Slot {
  const length = rows * stride;
  return { address: arena.allocate(4 * length), length };
}

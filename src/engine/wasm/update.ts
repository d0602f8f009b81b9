import type { Optimizer } from '../optimizer.ts';
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

/** A step of an optimizer for one parameter, which leaves its gradient zero and no row touched. */
export type Update = () => void;

/**
 * The optimizer for a parameter, with memory of its own. Rows that aren't touched are passed over where their step
 * would be none: without momentum, for `sgd`, and for `rmsprop`, which makes up for them when the row is touched again.
 */
export function createUpdate(optimizer: Optimizer, parameter: Parameter, tools: Tools): Update {
  switch (optimizer.name) {
    case 'rmsprop':
      return rmsprop(optimizer, parameter, tools);
    case 'adam':
      return adam(optimizer, parameter, tools);
    case 'sgd':
      return sgd(optimizer, parameter, tools);
  }
}

interface Tools {
  readonly kernels: Kernels;
  readonly arena: Arena;
}

function rmsprop(optimizer: Optimizer & { name: 'rmsprop' }, parameter: Parameter, tools: Tools): Update {
  const { kernels, arena } = tools;
  const { learningRate, rho, momentum, epsilon } = optimizer;
  const { weights, gradient, rows, stride, touched } = parameter;
  const squares = allocateLike(parameter, arena);
  const decays = momentum === 0 ? tabulateDecays(rho) : undefined;
  if (decays === undefined) {
    const steps = allocateLike(parameter, arena);
    return () =>
      kernels.rmspropMomentum(
        weights,
        gradient,
        squares,
        steps,
        rows,
        stride,
        learningRate,
        rho,
        momentum,
        epsilon,
      );
  }
  const table = arena.place(decays);
  const seen = arena.allocate(4 * rows);
  let time = 0;
  return () => {
    time++;
    kernels.rmsprop(
      weights,
      gradient,
      squares,
      rows,
      stride,
      touched,
      seen,
      time,
      table,
      decays.length - 1,
      learningRate,
      rho,
      epsilon,
    );
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

function adam(
  optimizer: Optimizer & { name: 'adam' },
  parameter: Parameter,
  { kernels, arena }: Tools,
): Update {
  const { learningRate, beta1, beta2, epsilon } = optimizer;
  const { weights, gradient, rows, stride } = parameter;
  const means = allocateLike(parameter, arena);
  const squares = allocateLike(parameter, arena);
  let [power1, power2] = [1, 1];
  return () => {
    power1 *= beta1;
    power2 *= beta2;
    const rate = (learningRate * Math.sqrt(1 - power2)) / (1 - power1);
    kernels.adam(weights, gradient, means, squares, rows, stride, rate, beta1, beta2, epsilon);
  };
}

function sgd(
  optimizer: Optimizer & { name: 'sgd' },
  parameter: Parameter,
  { kernels, arena }: Tools,
): Update {
  const { learningRate, momentum, nesterov } = optimizer;
  const { weights, gradient, rows, stride, touched } = parameter;
  if (momentum === 0) return () => kernels.sgd(weights, gradient, rows, stride, touched, learningRate);
  const steps = allocateLike(parameter, arena);
  return () =>
    kernels.sgdMomentum(weights, gradient, steps, rows, stride, learningRate, momentum, Number(nesterov));
}

const allocateLike = ({ rows, stride }: Parameter, arena: Arena): number => arena.allocate(4 * rows * stride);

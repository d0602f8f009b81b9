/** How weights follow their gradients; names, numbers and formulas are Keras's. */
export type Optimizer =
  | {
      readonly name: 'rmsprop';
      readonly learningRate: number;
      readonly rho: number;
      readonly momentum: number;
      readonly centered: boolean;
      readonly epsilon: number;
    }
  | {
      readonly name: 'adam';
      readonly learningRate: number;
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
    }
  | {
      readonly name: 'adagrad';
      readonly learningRate: number;
      readonly initialAccumulatorValue: number;
      readonly epsilon: number;
    }
  | {
      readonly name: 'sgd';
      readonly learningRate: number;
      readonly momentum: number;
      readonly nesterov: boolean;
    };

/**
 * Adam's learning rate in a step, counted from 1, with what makes up for means that began at zero: η√(1-β₂ᵗ)/(1-β₁ᵗ). In float32, as Keras has
 * it: near 1, a β of float32 is another number.
 */
export function adamRate(
  { beta1, beta2 }: Extract<Optimizer, { readonly name: 'adam' }>,
  learningRate: number,
  time: number,
): number {
  const { fround, sqrt } = Math;
  const left = (beta: number): number => fround(1 - fround(fround(beta) ** time));
  return fround(fround(fround(learningRate) * fround(sqrt(left(beta2)))) / left(beta1));
}

/** What is added to the loss for each kernel: l1 · Σ|w| + l2 · Σw². */
export interface Penalties {
  readonly l1: number;
  readonly l2: number;
}

/** Keras's ways to keep gradients small: each number (`clipvalue`), the norm of each array, or that of all together. */
export interface Clip {
  readonly by: 'clipvalue' | 'clipnorm' | 'globalClipnorm';
  readonly limit: number;
}

/** Each optimizer with Keras's defaults. */
export const OPTIMIZERS = {
  rmsprop: { name: 'rmsprop', learningRate: 0.001, rho: 0.9, momentum: 0, centered: false, epsilon: 1e-7 },
  adam: { name: 'adam', learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  adagrad: { name: 'adagrad', learningRate: 0.001, initialAccumulatorValue: 0.1, epsilon: 1e-7 },
  sgd: { name: 'sgd', learningRate: 0.01, momentum: 0, nesterov: false },
} as const satisfies Record<Optimizer['name'], Optimizer>;

import { adamRate, type Optimizer } from '../optimizer.ts';

/** One step: changes `weights` in place. Both are float32 of one length, the same at every call. */
export type Update = (weights: Float32Array, gradient: Float32Array, learningRate: number) => void;

/** The optimizer in plain JavaScript, for `length` weights, with memory of its own. */
export function createUpdate(optimizer: Optimizer, length: number): Update {
  switch (optimizer.name) {
    case 'rmsprop':
      return rmsprop(optimizer, length);
    case 'adam':
      return adam(optimizer, length);
    case 'adagrad':
      return adagrad(optimizer, length);
    case 'sgd':
      return sgd(optimizer, length);
  }
}

/** v ← ρv + (1-ρ)g²; m ← μm + ηg/√(v+ε); w ← w - m. Centered: a ← ρa + (1-ρ)g, and v-a² in place of v under the root. */
function rmsprop(optimizer: Optimizer & { name: 'rmsprop' }, length: number): Update {
  const { rho, momentum, centered, epsilon } = optimizer;
  const squares = new Float32Array(length);
  const steps = new Float32Array(length);
  const means = new Float32Array(length);
  return (weights, gradient, learningRate) => {
    for (let i = 0; i < length; i++) {
      const g = gradient[i]!;
      const square = rho * squares[i]! + (1 - rho) * g * g;
      if (centered) means[i] = rho * means[i]! + (1 - rho) * g;
      const variance = square + epsilon - means[i]! ** 2;
      const step = momentum * steps[i]! + (learningRate * g) / Math.sqrt(variance);
      squares[i] = square;
      steps[i] = step;
      weights[i]! -= step;
    }
  };
}

/** m ← m + (1-β₁)(g-m); v ← v + (1-β₂)(g²-v); w ← w - η√(1-β₂ᵗ)/(1-β₁ᵗ) · m/(√v+ε) */
function adam(optimizer: Optimizer & { name: 'adam' }, length: number): Update {
  const { beta1, beta2, epsilon } = optimizer;
  const [share1, share2] = [Math.fround(1 - beta1), Math.fround(1 - beta2)];
  const means = new Float32Array(length);
  const squares = new Float32Array(length);
  let time = 0;
  return (weights, gradient, learningRate) => {
    time++;
    const rate = adamRate(optimizer, learningRate, time);
    for (let i = 0; i < length; i++) {
      const g = gradient[i]!;
      const mean = means[i]! + share1 * (g - means[i]!);
      const square = squares[i]! + share2 * (g * g - squares[i]!);
      means[i] = mean;
      squares[i] = square;
      weights[i]! -= (rate * mean) / (Math.sqrt(square) + epsilon);
    }
  };
}

/** v ← v + g²; w ← w - ηg/√(v+ε) */
function adagrad(optimizer: Optimizer & { name: 'adagrad' }, length: number): Update {
  const { initialAccumulatorValue, epsilon } = optimizer;
  const squares = new Float32Array(length).fill(initialAccumulatorValue);
  return (weights, gradient, learningRate) => {
    for (let i = 0; i < length; i++) {
      const g = gradient[i]!;
      squares[i]! += g * g;
      weights[i]! -= (learningRate * g) / Math.sqrt(squares[i]! + epsilon);
    }
  };
}

/** m ← μm - ηg; w ← w + m, or with Nesterov's momentum w + μm - ηg */
function sgd(optimizer: Optimizer & { name: 'sgd' }, length: number): Update {
  const { momentum, nesterov } = optimizer;
  const steps = new Float32Array(length);
  return (weights, gradient, learningRate) => {
    for (let i = 0; i < length; i++) {
      const slope = learningRate * gradient[i]!;
      const step = momentum * steps[i]! - slope;
      steps[i] = step;
      weights[i]! += nesterov ? momentum * step - slope : step;
    }
  };
}

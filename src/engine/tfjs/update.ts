import type { Optimizer } from '../optimizer.ts';

/** One step: changes `weights` in place. Both are float32 of one length, the same at every call. */
export type Update = (weights: Float32Array, gradient: Float32Array) => void;

/** The optimizer in plain JavaScript, for `length` weights, with memory of its own. */
export function createUpdate(optimizer: Optimizer, length: number): Update {
  switch (optimizer.name) {
    case 'rmsprop':
      return rmsprop(optimizer, length);
    case 'adam':
      return adam(optimizer, length);
    case 'sgd':
      return sgd(optimizer, length);
  }
}

/** v ← ρv + (1-ρ)g²; m ← μm + ηg/√(v+ε); w ← w - m */
function rmsprop(optimizer: Optimizer & { name: 'rmsprop' }, length: number): Update {
  const { learningRate, rho, momentum, epsilon } = optimizer;
  const squares = new Float32Array(length);
  const steps = new Float32Array(length);
  return (weights, gradient) => {
    for (let i = 0; i < length; i++) {
      const g = gradient[i]!;
      const square = rho * squares[i]! + (1 - rho) * g * g;
      const step = momentum * steps[i]! + (learningRate * g) / Math.sqrt(square + epsilon);
      squares[i] = square;
      steps[i] = step;
      weights[i]! -= step;
    }
  };
}

/** m ← m + (1-β₁)(g-m); v ← v + (1-β₂)(g²-v); w ← w - η√(1-β₂ᵗ)/(1-β₁ᵗ) · m/(√v+ε) */
function adam(optimizer: Optimizer & { name: 'adam' }, length: number): Update {
  const { learningRate, beta1, beta2, epsilon } = optimizer;
  const means = new Float32Array(length);
  const squares = new Float32Array(length);
  let time = 0;
  return (weights, gradient) => {
    time++;
    const rate = (learningRate * Math.sqrt(1 - beta2 ** time)) / (1 - beta1 ** time);
    for (let i = 0; i < length; i++) {
      const g = gradient[i]!;
      const mean = means[i]! + (1 - beta1) * (g - means[i]!);
      const square = squares[i]! + (1 - beta2) * (g * g - squares[i]!);
      means[i] = mean;
      squares[i] = square;
      weights[i]! -= (rate * mean) / (Math.sqrt(square) + epsilon);
    }
  };
}

/** m ← μm - ηg; w ← w + m, or with Nesterov's momentum w + μm - ηg */
function sgd(optimizer: Optimizer & { name: 'sgd' }, length: number): Update {
  const { learningRate, momentum, nesterov } = optimizer;
  const steps = new Float32Array(length);
  return (weights, gradient) => {
    for (let i = 0; i < length; i++) {
      const slope = learningRate * gradient[i]!;
      const step = momentum * steps[i]! - slope;
      steps[i] = step;
      weights[i]! += nesterov ? momentum * step - slope : step;
    }
  };
}

import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import type { Kernels, Parameter } from './kernels.ts';
import { Operations, type Attributes } from './operations.ts';
import type { Optimizer } from '../optimizer.ts';
import { PortableParameter } from './portable.ts';
import type { TensorFlow } from './tensorflow.ts';

/** TensorFlow's own kernels, by the native backend, which must be the one in use. */
export function createNativeKernels(tf: TensorFlow): Kernels {
  const operations = new Operations(tf);
  const types = operations.attributes({
    T: 'float32',
    Tidx: 'int32',
    Tsegmentids: 'int32',
    Tnumsegments: 'int32',
  });
  return {
    segmentSum: (matrix, { count, indices, segments, values }) =>
      tf.tidy(() => {
        // This kernel takes no factors: it sums up rows that were multiplied before.
        const [rows, numbers] = values
          ? [
              tf.mul(tf.gather(matrix, indices), tf.tensor2d(values, [values.length, 1])),
              tf.range(0, values.length, 1, 'int32'),
            ]
          : [matrix, tf.tensor1d(indices)];
        const inputs = [rows, numbers, tf.tensor1d(segments), tf.scalar(count, 'int32')];
        return operations.run('SparseSegmentSumWithNumSegments', types, inputs) as Tensor2D;
      }),
    parameter: (values, shape, optimizer) => {
      const step = fusedStep(optimizer);
      return step === undefined
        ? new PortableParameter(tf, values, { shape, optimizer })
        : new NativeParameter(operations, tf.tensor(values, shape), step);
    },
  };
}

/** TensorFlow finds variables by name, so each in this process has another one. */
let variables = 0;

/** A resource variable for the weights, one for each slot of the optimizer, and one fused operation that changes them. */
class NativeParameter implements Parameter {
  readonly #operations: Operations;
  readonly #type: Attributes;
  readonly #dtype: Attributes;
  readonly #step: FusedStep;
  readonly #attributes: Attributes;
  /** The weights first, then the optimizer's slots. */
  readonly #variables: readonly Tensor[];
  #time = 0;

  /** Disposes of `initial`. */
  constructor(operations: Operations, initial: Tensor, step: FusedStep) {
    this.#operations = operations;
    this.#type = operations.attributes({ T: 'float32' });
    this.#dtype = operations.attributes({ dtype: 'float32' });
    this.#step = step;
    this.#attributes = [...this.#type, ...operations.attributes(this.#step.flags ?? {})];
    const slots = Array.from({ length: this.#step.slots }, () => operations.tf.zeros(initial.shape));
    this.#variables = [initial, ...slots].map((value) => this.#variable(value));
  }

  read(): Tensor {
    return this.#operations.run('ReadVariableOp', this.#dtype, this.#variables.slice(0, 1));
  }

  update(gradient: Tensor, learningRate: number): void {
    const { tf } = this.#operations;
    this.#time++;
    tf.tidy(() => {
      const inputs = this.#step
        .inputs(this.#time, learningRate)
        .map((input) => (input === 'gradient' ? gradient : tf.scalar(input)));
      this.#operations.apply(this.#step.operation, this.#attributes, [...this.#variables, ...inputs]);
    });
  }

  dispose(): void {
    for (const variable of this.#variables) {
      this.#operations.apply('DestroyResourceOp', [], [variable]);
      variable.dispose();
    }
  }

  #variable(initial: Tensor): Tensor {
    const { shape } = initial;
    const name = this.#operations.attributes({ shape, shared_name: { text: `sluice/${variables++}` } });
    const variable = this.#operations.run('VarHandleOp', [...this.#dtype, ...name], []);
    // A tensor shares its array's memory. A variable must not: it is written to, and may outlive JavaScript.
    const copy = this.#operations.run('DeepCopy', this.#type, [initial]);
    this.#operations.apply('AssignVariableOp', this.#dtype, [variable, copy]);
    this.#operations.tf.dispose([initial, copy]);
    return variable;
  }
}

/** One step of an optimizer, as one operation on the weights and its slots. */
interface FusedStep {
  readonly operation: string;
  readonly flags?: Readonly<Record<string, boolean>>;
  readonly slots: number;
  /** What comes after the variables, in the operation's order; `time` counts steps from 1. */
  inputs(time: number, learningRate: number): readonly (number | 'gradient')[];
}

/** `undefined` where TensorFlow has no operation with Keras's formula. */
function fusedStep(optimizer: Optimizer): FusedStep | undefined {
  switch (optimizer.name) {
    case 'rmsprop': {
      const { rho, momentum, epsilon, centered } = optimizer;
      return {
        operation: centered ? 'ResourceApplyCenteredRMSProp' : 'ResourceApplyRMSProp',
        slots: centered ? 3 : 2,
        inputs: (_, learningRate) => [learningRate, rho, momentum, epsilon, 'gradient'],
      };
    }
    case 'sgd': {
      const { momentum, nesterov } = optimizer;
      return {
        operation: 'ResourceApplyKerasMomentum',
        flags: { use_nesterov: nesterov },
        slots: 1,
        inputs: (_, learningRate) => [learningRate, 'gradient', momentum],
      };
    }
    case 'adam': // TensorFlow's takes 1 - β of a float32 β, Keras rounds 1 - β.
    case 'adagrad':
      return undefined;
  }
}

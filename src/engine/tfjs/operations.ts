import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from './tensorflow.ts';

/** The part of tfjs-node's backend that runs any operation of TensorFlow by its name. */
interface NativeBackend {
  readonly binding: Readonly<
    Record<'TF_FLOAT' | 'TF_INT32' | `TF_ATTR_${'TYPE' | 'BOOL' | 'SHAPE' | 'STRING'}`, number>
  >;
  executeMultipleOutputs(name: string, attributes: Attributes, inputs: Tensor[], outputs: number): Tensor[];
}

/** An operation's attributes, as the binding wants them. */
export type Attributes = readonly { readonly name: string; readonly type: number; readonly value: unknown }[];

/** The operations of TensorFlow's C library, as https://www.tensorflow.org/api_docs/cc names them. */
export class Operations {
  readonly tf: TensorFlow;
  readonly #backend: NativeBackend;

  /** The native backend must be the one in use. */
  constructor(tf: TensorFlow) {
    this.tf = tf;
    this.#backend = tf.backend() as unknown as NativeBackend;
  }

  /** Attributes: a type by its name, a flag, a shape, or text. */
  attributes(
    values: Record<string, 'float32' | 'int32' | boolean | readonly number[] | { text: string }>,
  ): Attributes {
    const { binding } = this.#backend;
    return Object.entries(values).map(([name, value]) => {
      if (value === 'float32') return { name, type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
      if (value === 'int32') return { name, type: binding.TF_ATTR_TYPE, value: binding.TF_INT32 };
      if (typeof value === 'boolean') return { name, type: binding.TF_ATTR_BOOL, value };
      if ('text' in value) return { name, type: binding.TF_ATTR_STRING, value: value.text };
      return { name, type: binding.TF_ATTR_SHAPE, value };
    });
  }

  /** Runs an operation that has one output. */
  run(name: string, attributes: Attributes, inputs: readonly Tensor[]): Tensor {
    return this.#backend.executeMultipleOutputs(name, attributes, [...inputs], 1)[0]!;
  }

  /** Runs an operation that only has an effect. */
  apply(name: string, attributes: Attributes, inputs: readonly Tensor[]): void {
    this.#backend.executeMultipleOutputs(name, attributes, [...inputs], 0);
  }
}

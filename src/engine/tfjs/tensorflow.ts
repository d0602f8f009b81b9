import { createRequire } from 'node:module';
import util from 'node:util';
import type { Toolchain } from '../../stage.ts';
import { findNative, installedVersion, loads } from './tfjs-node.ts';

export type TensorFlow = typeof import('@tensorflow/tfjs');

export interface LoadedTensorFlow {
  /** TensorFlow.js's API: the same object, whatever computes. */
  readonly tf: TensorFlow;
  /** `native`: TensorFlow's C library. `cpu`: plain JavaScript, about half as fast. */
  readonly backend: 'native' | 'cpu';
  /** The C library's version, where it computes. */
  readonly tensorflow?: string;
  /** Why the native binding is not in use, and what to do about it, in one line. */
  readonly reason?: string;
}

/**
 * What TensorFlow reads from the environment when it is loaded; what a user has set stays.
 * oneDNN picks kernels by processor, so its results differ between machines, products of small matrices take five
 * times as long, and a signal that comes during one of its matrix products can end the process; it has two switches. With more than one thread the number of cores decides in which order a large product is summed.
 * Log level 2 leaves errors.
 */
const ENVIRONMENT = {
  TF_ENABLE_ONEDNN_OPTS: '0',
  TENSORFLOW_USE_CUSTOM_CONTRACTION_KERNEL: 'false',
  TF_NUM_INTRAOP_THREADS: '1',
  TF_NUM_INTEROP_THREADS: '1',
  TF_CPP_MIN_LOG_LEVEL: '2',
};

// Not imported: of a CommonJS module, `import` first looks for the names of its exports, which takes a quarter of a second here.
const require = createRequire(import.meta.url);

/** Loads TensorFlow, natively where its binding loads; `loadNative` is there for tests. */
export async function loadTensorFlow(
  loadNative: () => unknown = () => require('@tensorflow/tfjs-node'),
): Promise<LoadedTensorFlow> {
  // tfjs-node calls these two. Node 23 removed the first; before, either prints a deprecation warning.
  Object.assign(util, { isNullOrUndefined: (value: unknown) => value == null, isArray: Array.isArray });
  for (const [name, value] of Object.entries(ENVIRONMENT)) process.env[name] ??= value;

  const tf = require('@tensorflow/tfjs') as TensorFlow;
  // Silences TensorFlow.js's advertisement of its Node package.
  tf.env().set('PROD', true);
  try {
    await loadNative();
    await tf.setBackend('tensorflow');
    const { binding } = tf.backend() as unknown as { binding: { TF_Version: string } };
    return { tf, backend: 'native', tensorflow: binding.TF_Version };
  } catch (error) {
    await tf.setBackend('cpu');
    return { tf, backend: 'cpu', reason: `${whyNot(error)}; \`npm run tensorflow\` sets it up` };
  }
}

/**
 * What `loadTensorFlow` would use, as it stands in keys, without loading anything. Results depend on the backend,
 * TensorFlow's version and its settings, and on the platform's and Node's arithmetic. `bundled` is the library that came with tfjs-node.
 */
export async function describeEngine(): Promise<Toolchain> {
  const common = {
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node.split('.')[0]!,
    tfjs: installedVersion('@tensorflow/tfjs'),
  };
  const native = findNative();
  if (native === undefined || !(await loads(native))) return { ...common, backend: 'cpu' };
  const { TF_CPP_MIN_LOG_LEVEL: _, ...settings } = ENVIRONMENT;
  const set = Object.entries(settings).map(([name, value]) => [name, process.env[name] ?? value]);
  return { ...common, backend: 'native', tensorflow: native.tensorflow, ...Object.fromEntries(set) };
}

function whyNot(error: unknown): string {
  const native = findNative();
  if (!native) return '@tensorflow/tfjs-node is not installed';
  if (!native.built) return '@tensorflow/tfjs-node is installed without its native binding';
  const [line] = String(error instanceof Error ? error.message : error).split('\n');
  return `@tensorflow/tfjs-node's native binding does not load (${line})`;
}

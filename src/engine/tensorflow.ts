import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import util from 'node:util';
import type { Toolchain } from '../stage.ts';

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

/** Loads TensorFlow, natively where its binding loads; `importNative` is there for tests. */
export async function loadTensorFlow(
  importNative: () => Promise<unknown> = () => import('@tensorflow/tfjs-node'),
): Promise<LoadedTensorFlow> {
  // tfjs-node calls these two. Node 23 removed the first; before, either prints a deprecation warning.
  Object.assign(util, { isNullOrUndefined: (value: unknown) => value == null, isArray: Array.isArray });
  for (const [name, value] of Object.entries(ENVIRONMENT)) process.env[name] ??= value;

  const { default: tf } = await import('@tensorflow/tfjs');
  // Silences TensorFlow.js's advertisement of its Node package.
  tf.env().set('PROD', true);
  try {
    await importNative();
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
 * TensorFlow's version and its settings. `bundled` is the library that came with tfjs-node.
 */
export async function describeEngine(): Promise<Toolchain> {
  const native = findNative();
  const tfjs = readJson(require.resolve('@tensorflow/tfjs/package.json')).version;
  if (!native?.built) return { backend: 'cpu', tfjs };
  const { TF_CPP_MIN_LOG_LEVEL: _, ...settings } = ENVIRONMENT;
  const set = Object.entries(settings).map(([name, value]) => [name, process.env[name] ?? value]);
  return { backend: 'native', tfjs, tensorflow: native.tensorflow, ...Object.fromEntries(set) };
}

/** tfjs-node as it is on the disk; undefined where the package is missing. */
export function findNative(): NativePackage | undefined {
  let file: string;
  try {
    file = require.resolve('@tensorflow/tfjs-node/package.json');
  } catch {
    return undefined;
  }
  const { version, binary } = readJson(file);
  // The newest Node-API version that both know: node-pre-gyp's choice.
  const api = Math.max(...binary.napi_versions.filter((known) => known <= Number(process.versions['napi'])));
  const binding = join(dirname(file), 'lib', `napi-v${api}`, 'tfjs_binding.node');
  const linked = join(dirname(file), 'deps', 'tensorflow.json');
  return {
    version,
    folder: dirname(file),
    built: existsSync(binding),
    tensorflow: existsSync(linked) ? readJson(linked).version : 'bundled',
  };
}

export interface NativePackage {
  readonly version: string;
  readonly folder: string;
  /** Whether the binding for this Node is there. It may still fail to load. */
  readonly built: boolean;
  /** The version of the C library that `npm run tensorflow` linked, or `bundled`. */
  readonly tensorflow: string;
}

const require = createRequire(import.meta.url);

const readJson = (file: string) =>
  JSON.parse(readFileSync(file, 'utf8')) as { version: string; binary: { napi_versions: number[] } };

function whyNot(error: unknown): string {
  const native = findNative();
  if (!native) return '@tensorflow/tfjs-node is not installed';
  if (!native.built) return '@tensorflow/tfjs-node is installed without its native binding';
  const [line] = String(error instanceof Error ? error.message : error).split('\n');
  return `@tensorflow/tfjs-node's native binding does not load (${line})`;
}

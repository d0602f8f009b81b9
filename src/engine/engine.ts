import type { Engine, TopologyEngine } from './contract.ts';
import { createNativeKernels } from './tfjs/native.ts';
import { createPortableKernels } from './tfjs/portable.ts';
import { StageError } from '../error.ts';
import type { Kernels } from './tfjs/kernels.ts';
import { describeEngine, loadTensorFlow, type TensorFlow } from './tfjs/tensorflow.ts';
import { createTopologyEngine } from './tfjs/topology-engine.ts';
import { findNative, remember } from './tfjs/tfjs-node.ts';
import { createEngine } from './tfjs/engine.ts';
import { createWasmEngine } from './wasm/engine.ts';
import { readKernels } from './wasm/kernel-file.ts';

export type { Engine, Trainer, Training } from './contract.ts';

/** The engines by name; `auto` is the fastest one that can do what is asked for. */
export const ENGINES = ['auto', 'wasm', 'tfjs'] as const;
export type EngineName = (typeof ENGINES)[number];

/** The toolchain of an engine, by its name. Perceptrons on vectors are what the one in WebAssembly is for; a topology is for TensorFlow. */
export const toolchainOf = (engine: EngineName, topology?: unknown): 'wasm' | 'tensorflow' =>
  engine === 'tfjs' || topology !== undefined ? 'tensorflow' : 'wasm';

/**
 * An engine. Throws `UNSUPPORTED` where TensorFlow's isn't the one that keys tell of. Where its native binding is missing, `say`
 * gets the reason and what to do about it.
 */
export async function loadEngine(name: EngineName, say: (line: string) => void): Promise<Engine> {
  if (toolchainOf(name) === 'wasm') return createWasmEngine(readKernels());
  const { tf, kernels } = await loadDescribed(say);
  return createEngine(tf, kernels);
}

/** The engine for models of any layers; TensorFlow's, as `loadEngine` loads it. */
export async function loadTopologyEngine(say: (line: string) => void): Promise<TopologyEngine> {
  const { tf, kernels } = await loadDescribed(say);
  return createTopologyEngine(tf, kernels);
}

async function loadDescribed(say: (line: string) => void): Promise<{ tf: TensorFlow; kernels: Kernels }> {
  const { tf, backend, reason } = await loadTensorFlow();
  await checkDescribed(backend);
  if (reason !== undefined) say(`computing in plain JavaScript, which takes about twice as long: ${reason}`);
  return { tf, kernels: backend === 'native' ? createNativeKernels(tf) : createPortableKernels(tf) };
}

/** What was kept under a key that says `native` must not come from another engine. */
async function checkDescribed(backend: string): Promise<void> {
  const described = (await describeEngine())['backend'];
  if (described === backend) return;
  const native = findNative();
  if (native !== undefined) remember(native, backend === 'native' ? 'yes' : 'no');
  throw new StageError(
    'UNSUPPORTED',
    `keys tell of the ${described} engine, but the ${backend} one was loaded`,
    {
      hint: 'run it again: keys now tell of the other one; `sluice doctor` tells which one is in use',
    },
  );
}

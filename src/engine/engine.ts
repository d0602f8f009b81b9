import type { Engine } from './contract.ts';
import { createNativeKernels } from './native.ts';
import { createPortableKernels } from './portable.ts';
import { loadTensorFlow } from './tensorflow.ts';
import { createEngine } from './tfjs.ts';

export type { Engine, Trainer, Training } from './contract.ts';

/** TensorFlow's engine. Where its native binding is missing, `say` gets the reason and what to do about it. */
export async function loadEngine(say: (line: string) => void): Promise<Engine> {
  const { tf, backend, reason } = await loadTensorFlow();
  if (reason !== undefined) say(`computing in plain JavaScript, which takes about twice as long: ${reason}`);
  return createEngine(
    tf,
    backend === 'native' ? createNativeKernels(tf) : createPortableKernels(tf),
    backend,
  );
}

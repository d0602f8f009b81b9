import type { Engine } from './contract.ts';
import { createNativeKernels } from './native.ts';
import { createPortableKernels } from './portable.ts';
import { StageError } from '../error.ts';
import { describeEngine, loadTensorFlow } from './tensorflow.ts';
import { findNative, remember } from './tfjs-node.ts';
import { createEngine } from './tfjs.ts';

export type { Engine, Trainer, Training } from './contract.ts';

/** TensorFlow's engine. Throws `UNSUPPORTED` where it isn't the one that keys tell of. Where its native binding is missing, `say` gets the reason and what to do about it. */
export async function loadEngine(say: (line: string) => void): Promise<Engine> {
  const { tf, backend, reason } = await loadTensorFlow();
  await checkDescribed(backend);
  if (reason !== undefined) say(`computing in plain JavaScript, which takes about twice as long: ${reason}`);
  return createEngine(tf, backend === 'native' ? createNativeKernels(tf) : createPortableKernels(tf));
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

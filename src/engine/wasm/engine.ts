import type { Engine } from '../contract.ts';
import { checkFits } from '../rows.ts';
import { CHUNK, Inference } from './inference.ts';
import { instantiate } from './module.ts';
import { WasmTrainer } from './trainer.ts';

/** The engine in WebAssembly, from its compiled kernels. It needs neither TensorFlow nor anything of the machine. */
export async function createWasmEngine(kernels: Uint8Array): Promise<Engine> {
  const module = await WebAssembly.compile(kernels);
  return {
    createTrainer: (layers, training) => new WasmTrainer(instantiate(module), layers, training),
    sums: async (model, rows, signal) => {
      checkFits(model, rows);
      return new Inference(instantiate(module), model.layers, CHUNK).sums(rows, signal);
    },
  };
}

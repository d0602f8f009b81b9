// The kernels of the engine in WebAssembly, in AssemblyScript: functions over arrays in its memory, which they are given by
// address. They keep nothing. `npm run build` compiles them.

/** The first byte of the memory that is free. */
export function heapBase(): usize {
  return __heap_base;
}

export * from './activations';
export * from './dense';
export * from './double';
export * from './gradients';
export * from './optimizers';
export * from './sparse';

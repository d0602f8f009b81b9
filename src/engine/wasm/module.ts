export type Kernel = (...given: number[]) => void;

/** The kernels, by name, and the memory that they work on. What each does and takes is in `kernels/`. */
export interface Kernels {
  readonly memory: WebAssembly.Memory;
  /** The first byte of the memory that is free. */
  readonly heapBase: () => number;
  readonly sparseForward16: Kernel;
  readonly sparseForward32: Kernel;
  readonly weightedForward16: Kernel;
  readonly weightedForward32: Kernel;
  readonly sparseBackward16: Kernel;
  readonly sparseBackward32: Kernel;
  readonly weightedBackward16: Kernel;
  readonly weightedBackward32: Kernel;
  readonly gatherRows: Kernel;
  readonly denseForward: Kernel;
  readonly denseBackward: Kernel;
  readonly denseBelow: Kernel;
  readonly sumRows: Kernel;
  readonly multiply: Kernel;
  readonly relu: Kernel;
  readonly reluSlope: Kernel;
  readonly sigmoid: Kernel;
  readonly sigmoidSlope: Kernel;
  readonly tanh: Kernel;
  readonly tanhSlope: Kernel;
  readonly softmax: Kernel;
  readonly softmaxSlope: Kernel;
  readonly penalize: Kernel;
  readonly clip: Kernel;
  readonly scale: Kernel;
  readonly sumOfSquares: (address: number, length: number) => number;
  readonly sumOfAbsolutes: (address: number, length: number) => number;
  readonly rmsprop: Kernel;
  readonly rmspropMomentum: Kernel;
  readonly adagrad: Kernel;
  readonly adam: Kernel;
  readonly sgd: Kernel;
  readonly sgdMomentum: Kernel;
  readonly sparseDouble: Kernel;
  readonly weightedDouble: Kernel;
  readonly denseDouble: Kernel;
  readonly reluDouble: Kernel;
  readonly sigmoidDouble: Kernel;
  readonly tanhDouble: Kernel;
  readonly softmaxDouble: Kernel;
}

/** New kernels, with a memory of their own. */
export const instantiate = (module: WebAssembly.Module): Kernels =>
  new WebAssembly.Instance(module).exports as unknown as Kernels;

/** What the engine needs of WebAssembly, which every Node has; TypeScript knows it only together with the browser's names. */
declare namespace WebAssembly {
  class Module {
    private constructor();
  }
  class Memory {
    private constructor();
    readonly buffer: ArrayBuffer;
    /** Makes it larger by so many pages of 64 KiB; buffers of before are detached. Throws a `RangeError`. */
    grow(pages: number): number;
  }
  class Instance {
    constructor(module: Module);
    readonly exports: unknown;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
}

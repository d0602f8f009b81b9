import { execFileSync } from 'node:child_process';

/**
 * Compiles the kernels of the engine in WebAssembly. The compiler runs as a program, since its types claim names that Node's have,
 * too; what it complains of goes to the standard error.
 */
export function compileKernels(outFile: string): void {
  const options = ['--optimize', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--outFile', outFile];
  const compiler = ['node_modules/assemblyscript/bin/asc.js', 'src/engine/wasm/kernels/index.ts'];
  execFileSync(process.execPath, [...compiler, ...options], { stdio: ['ignore', 'inherit', 'inherit'] });
}

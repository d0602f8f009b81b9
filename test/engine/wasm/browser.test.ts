import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';
import { readKernels } from '../../../src/engine/wasm/kernel-file.ts';
import { run } from './page.ts';

/** The page as one script for a browser, and what it would still have to import. */
async function bundle(): Promise<{ code: string; imports: string[] }> {
  const build = await rolldown({ input: join(import.meta.dirname, 'page.ts'), platform: 'browser' });
  const { output } = await build.generate({ format: 'iife', name: 'page' });
  await build.close();
  const [{ code, imports, dynamicImports }] = output;
  return { code, imports: [...imports, ...dynamicImports] };
}

test('the engine runs where there is nothing of Node, and gives the same there', async () => {
  const { code, imports } = await bundle();
  expect(imports).toEqual([]);
  // JavaScript's own names, which WebAssembly is one of here, and of a browser's the two that are needed.
  const window = createContext({ performance, setTimeout, kernels: [...readKernels()] });
  expect(runInContext('typeof process + typeof require + typeof Buffer', window)).toBe('undefined'.repeat(3));
  const there = runInContext(`${code}; page.run(Uint8Array.from(kernels))`, window) as Promise<string>;
  const here = JSON.parse(await run(readKernels())) as { predictions: number[]; trained: unknown };
  expect(JSON.parse(await there)).toEqual(here);
  expect(new Set(here.predictions).size).toBeGreaterThan(20);
});

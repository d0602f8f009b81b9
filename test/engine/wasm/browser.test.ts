import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';
import { readKernels } from '../../../src/engine/wasm/kernel-file.ts';
import { temporaryFolder } from '../../folder.ts';
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

/** The version of the browser that there is, `undefined` without one. */
function findChromium(): string | undefined {
  try {
    return execFileSync('chromium', ['--version'], { encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return undefined;
  }
}

const chromium = findChromium();
if (chromium === undefined) console.warn('not tested in a real browser: there is no chromium');

test.skipIf(chromium === undefined)('a real browser gives the same, too', async () => {
  const { code } = await bundle();
  const kernels = `Uint8Array.from(atob('${readKernels().toString('base64')}'), (byte) => byte.charCodeAt(0))`;
  const show = '(text) => { document.body.textContent = text; }';
  const file = join(temporaryFolder(), 'page.html');
  writeFileSync(file, `<body><script>${code}; page.run(${kernels}).then(${show}, ${show});</script>`);
  const options = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--virtual-time-budget=10000',
    '--dump-dom',
  ];
  const dom = execFileSync('chromium', [...options, `file://${file}`], { encoding: 'utf8', stdio: 'pipe' });
  const [, text] = /<body>(.*)<\/body>/s.exec(dom)!;
  expect(JSON.parse(text!)).toEqual(JSON.parse(await run(readKernels())));
});

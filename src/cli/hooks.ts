import { readFileSync } from 'node:fs';
import type { LoadHook, ResolveHook } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { packageFile } from '../package.ts';
import { stripTypes } from './strip-types.ts';

// Node's hooks for modules of the user's own: of both kinds, those that may wait and those that may not.

/** `sluice` is the library of this very Sluice, wherever the module lies. */
export const resolve: ResolveHook = (specifier, context, next) =>
  specifier === 'sluice' ? { url: LIBRARY, shortCircuit: true } : next(specifier, context);

/** TypeScript loses its types. It is an ES module, and so is a stage, whatever the next package.json says. */
export const load: LoadHook = (url, context, next) => {
  const typed = TYPESCRIPT.test(url);
  if (!typed && !url.endsWith(STAGE)) return next(url, context);
  const file = fileURLToPath(url);
  const source = readFileSync(file, 'utf8');
  return { format: 'module', source: typed ? stripTypes(source, file) : source, shortCircuit: true };
};

/** What follows the URL of a stage's own file. */
export const STAGE = '?stage';
const TYPESCRIPT = /^file:.*\.m?ts(\?|$)/;
const LIBRARY = pathToFileURL(packageFile('dist/index.cjs')).href;

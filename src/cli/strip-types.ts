import type * as Swc from '@swc/wasm-typescript';
import { createRequire } from 'node:module';
import { relative } from 'node:path';

const require = createRequire(import.meta.url);

/**
 * TypeScript, or JavaScript, without types. Blanks take their place, so that lines and columns stay what they were.
 * Throws a `SyntaxError` that names file, line and column; also for what is more than types, such as an `enum`.
 *
 * By the same code as Node's own, which is not there before Node 22.13.
 */
export function stripTypes(source: string, file: string): string {
  // Loaded when it is first needed, which takes a while, and at once, since hooks can't wait.
  const { transformSync } = require('@swc/wasm-typescript') as typeof Swc;
  try {
    return transformSync(source, { mode: 'strip-only', filename: file }).code;
  } catch (error) {
    const { message, startLine, startColumn } = error as Mistake;
    const place = [relative('.', file), startLine, startColumn + 1].join(':');
    throw new SyntaxError(`${place}: ${message}`, { cause: error });
  }
}

/** What the package throws; lines count from 1, columns from 0. */
interface Mistake {
  readonly message: string;
  readonly startLine: number;
  readonly startColumn: number;
}

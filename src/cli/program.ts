import { fileURLToPath } from 'node:url';
import { findRoot } from './package.ts';

/** The command line that runs this program, up to what a person types behind `sluice`. */
export const PROGRAM: readonly string[] = [process.execPath, fileURLToPath(findRoot('dist/sluice.js'))];

import { readFileSync } from 'node:fs';
import type { Code } from '../../pipeline/code.ts';
import { findRoot } from './package.ts';

/** The code of each of Sluice's own stages, as the build found it, by the stage's name. */
export const stageCodes = JSON.parse(readFileSync(findRoot('dist/stages.json'), 'utf8')) as Readonly<
  Record<string, Code>
>;

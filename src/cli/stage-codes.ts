import { readFileSync } from 'node:fs';
import type { Code } from '../../pipeline/code.ts';
import { packageFile } from '../package.ts';

let codes: Readonly<Record<string, Code>> | undefined;

/** What the behaviour of a stage comes from: of Sluice's own as the build found it, of the user's own as it is now. */
export async function codeOf(stage: string): Promise<Code> {
  if (stage.includes('/')) return (await import('./own-code.ts')).readOwnCode(stage);
  codes ??= JSON.parse(readFileSync(packageFile('dist/stages.json'), 'utf8')) as Record<string, Code>;
  return codes[stage]!;
}

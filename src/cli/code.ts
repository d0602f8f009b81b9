import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Code } from '../../pipeline/code.ts';
import { findRoot } from './package.ts';
import { stripTypes } from './strip-types.ts';
import { sluiceVersions } from './versions.ts';

/** What the behaviour of a stage comes from: of Sluice's own as the build found it, of the user's own as it is now. */
export async function codeOf(stage: string): Promise<Code> {
  if (stage.includes('/'))
    return readCode(stage, (source, file) => (/\.m?ts$/.test(file) ? stripTypes(source, file) : source));
  codes ??= readFile(findRoot('dist/stages.json'), 'utf8').then(JSON.parse) as Promise<Record<string, Code>>;
  return (await codes)[stage]!;
}

let codes: Promise<Readonly<Record<string, Code>>> | undefined;

/** The first mistake in the syntax of a file and what it imports, with its place, if there is one. */
export async function checkSyntax(path: string): Promise<string | undefined> {
  try {
    await readCode(path, stripTypes);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

async function readCode(path: string, toJavaScript: (source: string, file: string) => string): Promise<Code> {
  const { CodeReader } = await import('../../pipeline/code.ts');
  const provided = { sluice: (await sluiceVersions())['sluice']! };
  return new CodeReader({ toJavaScript, provided }).read(pathToFileURL(resolve(path)));
}

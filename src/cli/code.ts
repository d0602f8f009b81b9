import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Code, CodeReader } from '../../pipeline/code.ts';
import { stageCodes } from './stage-codes.ts';
import { stripTypes } from './strip-types.ts';
import { sluiceVersions } from './versions.ts';

/** What the behaviour of a stage comes from: of Sluice's own as the build found it, of the user's own as it is now. */
export async function codeOf(stage: string): Promise<Code> {
  if (stage.includes('/')) return (await newReader(toJavaScript)).read(urlOf(stage));
  return stageCodes[stage]!;
}

/** The files of a stage of the user's own: its module and what that imports, as far as they can be read. */
export async function filesOf(path: string): Promise<string[]> {
  return (await newReader(toJavaScript)).files(urlOf(path));
}

/** The first mistake in the syntax of a file and what it imports, with its place, if there is one. */
export async function checkSyntax(path: string): Promise<string | undefined> {
  try {
    await (await newReader(stripTypes)).read(urlOf(path));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

type ToJavaScript = (source: string, file: string) => string;

const toJavaScript: ToJavaScript = (source, file) =>
  /\.m?ts$/.test(file) ? stripTypes(source, file) : source;

async function newReader(toJavaScript: ToJavaScript): Promise<CodeReader> {
  const { CodeReader } = await import('../../pipeline/code.ts');
  return new CodeReader({ toJavaScript, provided: { sluice: (await sluiceVersions())['sluice']! } });
}

const urlOf = (path: string): URL => pathToFileURL(resolve(path));

import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CodeReader, type Code } from '../../pipeline/code.ts';
import { stripTypes } from './strip-types.ts';
import { sluiceVersions } from './versions.ts';

/** The code of a stage of the user's own, as it is now. */
export function readOwnCode(path: string): Promise<Code> {
  return newReader(toJavaScript).read(urlOf(path));
}

/** The files of a stage of the user's own: its module and what that imports, as far as they can be read. */
export function filesOf(path: string): Promise<string[]> {
  return newReader(toJavaScript).files(urlOf(path));
}

/** The first mistake in the syntax of a file and what it imports, with its place, if there is one. */
export async function checkSyntax(path: string): Promise<string | undefined> {
  try {
    await newReader(stripTypes).read(urlOf(path));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

type ToJavaScript = (source: string, file: string) => string;

const toJavaScript: ToJavaScript = (source, file) =>
  /\.m?ts$/.test(file) ? stripTypes(source, file) : source;

const newReader = (toJavaScript: ToJavaScript): CodeReader =>
  new CodeReader({ toJavaScript, provided: { sluice: sluiceVersions()['sluice']! } });

const urlOf = (path: string): URL => pathToFileURL(resolve(path));

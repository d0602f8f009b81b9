import { minify, transform } from 'rolldown/utils';
import { pathToFileURL } from 'node:url';
import { CodeReader, type Code } from '../../pipeline/code.ts';
import * as stages from '../../src/stages.ts';

/** The code of each of Sluice's own stages, from the sources. Comments, types and white space are not in it. */
export async function readStageCodes(): Promise<Record<string, Code>> {
  const reader = new CodeReader({ toJavaScript });
  const codes = Object.keys(stages).map(
    async (name) => [name, await reader.read(pathToFileURL(`src/stages/${name}.ts`))] as const,
  );
  return Object.fromEntries(await Promise.all(codes));
}

async function toJavaScript(source: string, file: string): Promise<string> {
  const typed = await transform(file, source, { typescript: { onlyRemoveTypeImports: true } });
  const { code, errors } = await minify(file, typed.code, {
    compress: false,
    mangle: false,
    codegen: { removeWhitespace: true, legalComments: 'none' },
  });
  const [error] = [...typed.errors, ...errors];
  if (error) throw new Error(`${file}: ${error.message}`);
  return code;
}

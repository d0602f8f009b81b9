import { init, parse } from 'es-module-lexer';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { digestOf } from './digest.ts';

/** What a module's behaviour comes from: each file of its closure with its sha256, each package with its version. */
export type Code = Readonly<Record<string, string>>;

/**
 * The code of a module and of all that it imports, lazily too. Files are named relative to the folder that holds
 * them all, so that two checkouts agree; a package counts by its version, Node's own modules don't count.
 */
export class CodeReader {
  readonly #modules = new Map<string, Promise<{ digest: string; imports: string[] }>>();

  async read(module: URL): Promise<Code> {
    const code: Record<string, string> = {};
    const files = [fileURLToPath(module)];
    const root = packageFolder(files[0]!);
    // The list grows while it is walked.
    for (const file of files) {
      const { digest, imports } = await this.#module(file);
      code[relative(root, file).split(sep).join('/')] = digest;
      for (const specifier of imports) {
        if (specifier.startsWith('.')) {
          const imported = fileURLToPath(new URL(specifier, pathToFileURL(file)));
          if (!files.includes(imported)) files.push(imported);
        } else if (!specifier.startsWith('node:')) {
          const name = packageName(specifier);
          code[`npm:${name}`] ??= await packageVersion(name, dirname(file));
        }
      }
    }
    return code;
  }

  #module(file: string): Promise<{ digest: string; imports: string[] }> {
    let module = this.#modules.get(file);
    if (module === undefined) {
      module = readModule(file);
      this.#modules.set(file, module);
    }
    return module;
  }
}

async function readModule(file: string): Promise<{ digest: string; imports: string[] }> {
  const [source] = await Promise.all([readFile(file, 'utf8'), init()]);
  const [imports] = parse(source, file);
  const specifiers = imports.flatMap((found) =>
    'specifier' in found && found.specifier ? [found.specifier] : [],
  );
  return { digest: digestOf(source), imports: specifiers };
}

function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/** The version of an installed package as a module in `folder` would find it; `absent` for an optional one that isn't there. */
async function packageVersion(name: string, folder: string): Promise<string> {
  for (let at = folder; ; at = dirname(at)) {
    const manifest = join(at, 'node_modules', name, 'package.json');
    if (existsSync(manifest))
      return (JSON.parse(await readFile(manifest, 'utf8')) as { version: string }).version;
    if (at === dirname(at)) return 'absent';
  }
}

/** The folder of the package that a file belongs to; for built code, the folder that it was built into. */
function packageFolder(file: string): string {
  for (let at = dirname(file); at !== dirname(at); at = dirname(at)) {
    if (at.endsWith(`${sep}dist`) || existsSync(join(at, 'package.json'))) return at;
  }
  return dirname(file);
}

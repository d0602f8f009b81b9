import { init, parse } from 'es-module-lexer';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { digestOf } from './digest.ts';

/** What a module's behaviour comes from: each file of its closure with its sha256, each package with its version. */
export type Code = Readonly<Record<string, string>>;

export interface Reading {
  /** The JavaScript of a module: what counts of it. */
  readonly toJavaScript: (source: string, file: string) => string | Promise<string>;
  /** Versions of packages that are not looked for in `node_modules`. */
  readonly provided?: Readonly<Record<string, string>>;
}

/**
 * The code of a module and of all that it imports by a literal name, lazily too. Files are named relative to the folder
 * of the module's package, so that two checkouts agree; a package counts by its version, Node's own modules don't count.
 */
export class CodeReader {
  readonly #reading: Reading;
  readonly #modules = new Map<string, Promise<{ digest: string; imports: string[] }>>();

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  async read(module: URL): Promise<Code> {
    const code: Record<string, string> = {};
    const files = await this.files(module);
    const root = packageFolder(files[0]!);
    for (const file of files) {
      const { digest, imports } = await this.#module(file);
      code[relative(root, file).split(sep).join('/')] = digest;
      for (const specifier of imports) {
        if (fileOf(specifier, file) !== undefined || specifier.startsWith('node:')) continue;
        const name = packageName(specifier);
        code[`npm:${name}`] ??= this.#reading.provided?.[name] ?? (await packageVersion(name, dirname(file)));
      }
    }
    return code;
  }

  /** The paths of the module and of the files among what it imports; of what can't be read, as far as it can. */
  async files(module: URL): Promise<string[]> {
    const files = new Set([fileURLToPath(module)]);
    // The set grows while it is walked.
    for (const file of files) for (const imported of await this.#imported(file)) files.add(imported);
    return [...files];
  }

  async #imported(file: string): Promise<string[]> {
    try {
      const { imports } = await this.#module(file);
      return imports.flatMap((specifier) => fileOf(specifier, file) ?? []);
    } catch {
      return []; // whoever needs its code is told why
    }
  }

  #module(file: string): Promise<{ digest: string; imports: string[] }> {
    let module = this.#modules.get(file);
    if (module === undefined) {
      module = readModule(file, this.#reading);
      this.#modules.set(file, module);
    }
    return module;
  }
}

const MODULES = ['.js', '.mjs', '.ts', '.mts'];

async function readModule(
  file: string,
  { toJavaScript }: Reading,
): Promise<{ digest: string; imports: string[] }> {
  const [content] = await Promise.all([readFile(file), init()]);
  if (!MODULES.includes(extname(file))) return { digest: digestOf(content), imports: [] }; // data, for instance
  const code = await toJavaScript(content.toString(), file);
  const [imports] = parse(code, file);
  const specifiers = imports.flatMap((found) =>
    'specifier' in found && found.specifier ? [found.specifier] : [],
  );
  return { digest: digestOf(code), imports: specifiers };
}

/** The file that is imported from `importer`; `undefined` where it is a package's. */
function fileOf(specifier: string, importer: string): string | undefined {
  if (/^(\.{0,2}\/|file:)/.test(specifier)) return fileURLToPath(new URL(specifier, pathToFileURL(importer)));
  return specifier.startsWith('#') ? createRequire(importer).resolve(specifier) : undefined;
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

/** The folder of the package that a file belongs to. */
function packageFolder(file: string): string {
  for (let at = dirname(file); at !== dirname(at); at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) return at;
  }
  return dirname(file);
}

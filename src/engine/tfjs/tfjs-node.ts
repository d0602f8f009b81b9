import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** @tensorflow/tfjs-node as it is on the disk. */
export interface NativePackage {
  readonly version: string;
  readonly folder: string;
  /** The binding for this Node; it may be missing. */
  readonly binding: string;
  readonly built: boolean;
  /** The version of the C library that `npm run tensorflow` linked, or `bundled`. */
  readonly tensorflow: string;
}

const require = createRequire(import.meta.url);

/** The package, or `undefined` where it is missing. */
export function findNative(): NativePackage | undefined {
  let file: string;
  try {
    file = require.resolve('@tensorflow/tfjs-node/package.json');
  } catch {
    return undefined;
  }
  const { version, binary } = readJson(file);
  // The newest Node-API version that both know: node-pre-gyp's choice.
  const api = Math.max(...binary.napi_versions.filter((known) => known <= Number(process.versions['napi'])));
  const binding = join(dirname(file), 'lib', `napi-v${api}`, 'tfjs_binding.node');
  const linked = join(dirname(file), 'deps', 'tensorflow.json');
  return {
    version,
    folder: dirname(file),
    binding,
    built: existsSync(binding),
    tensorflow: existsSync(linked) ? readJson(linked).version : 'bundled',
  };
}

/**
 * Whether the package loads. That takes a process two seconds, so a yes is kept beside the package, for this Node, this
 * binding and these libraries.
 */
export async function loads({ built, binding, folder }: NativePackage): Promise<boolean> {
  if (!built) return false;
  const asked = stampOf({ binding, folder });
  const known = readIfThere(recordOf(folder));
  if (known === `yes ${asked}`) return true;
  if (known === `no ${asked}` || !(await tryToLoad(folder))) return false;
  remember({ binding, folder }, 'yes');
  return true;
}

/** Keeps the answer to `loads` until something changes. */
export function remember(native: Pick<NativePackage, 'binding' | 'folder'>, answer: 'yes' | 'no'): void {
  try {
    writeFileSync(recordOf(native.folder), `${answer} ${stampOf(native)}`);
  } catch {
    // A folder that may not be written to: it will be asked again.
  }
}

const recordOf = (folder: string): string => join(folder, 'loads.txt');

/** This Node, and when the binding and each library were last changed, and their sizes. */
function stampOf({ binding, folder }: Pick<NativePackage, 'binding' | 'folder'>): string {
  const libraries = join(folder, 'deps/lib');
  const names = existsSync(libraries) ? readdirSync(libraries).toSorted() : [];
  const stamps = [binding, ...names.map((name) => join(libraries, name))].map((file) => {
    const stat = statSync(file, { throwIfNoEntry: false });
    return stat ? `${file} ${stat.mtimeMs} ${stat.size}` : `${file} leads nowhere`;
  });
  return [process.version, ...stamps].join('\n');
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // not asked yet
  }
}

/** As `loadTensorFlow` does it. */
const LOAD =
  'Object.assign(require("node:util"), { isNullOrUndefined: (x) => x == null, isArray: Array.isArray }); require(process.argv[1])';

async function tryToLoad(folder: string): Promise<boolean> {
  const { execFile } = await import('node:child_process');
  try {
    await promisify(execFile)(process.execPath, ['-e', LOAD, folder]);
    return true;
  } catch {
    return false; // why is told by the stage that needs it
  }
}

/** The version of an installed package. */
export const installedVersion = (name: string): string =>
  readJson(require.resolve(`${name}/package.json`)).version;

const readJson = (file: string) =>
  JSON.parse(readFileSync(file, 'utf8')) as { version: string; binary: { napi_versions: number[] } };

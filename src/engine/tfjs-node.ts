import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
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
 * Whether the binding loads. That takes a process half a second, so the answer is kept beside the package, for this
 * Node and this binding.
 */
export async function loads({ built, binding, folder }: NativePackage): Promise<boolean> {
  if (!built) return false;
  const record = join(folder, 'loads.json');
  const asked = `${process.version} ${statSync(binding).mtimeMs}`;
  try {
    const known = JSON.parse(readFileSync(record, 'utf8')) as { asked: string; loads: boolean };
    if (known.asked === asked) return known.loads;
  } catch {
    // Not asked yet.
  }
  const answer = await tryToLoad(binding);
  try {
    writeFileSync(record, JSON.stringify({ asked, loads: answer }));
  } catch {
    // A folder that may not be written to: it will be asked again.
  }
  return answer;
}

async function tryToLoad(binding: string): Promise<boolean> {
  try {
    await promisify(execFile)(process.execPath, [
      '-e',
      'process.dlopen({ exports: {} }, process.argv[1])',
      binding,
    ]);
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

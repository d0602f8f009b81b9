import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { findNative } from '../src/engine/tfjs/tfjs-node.ts';
import type { Epoch } from '../src/formats/history.ts';
import { type Cost, measure } from './measure.ts';
import { ROOT } from './sluice.ts';

/** What bench/keras_imdb.py prints. */
export interface KerasReport {
  /** By step: `import`, `decode`, `vectorize`, and unless it ended there, `overfit`, `final`, `evaluate`, … */
  readonly seconds: Readonly<Record<string, number>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly overfit?: readonly Epoch[];
  readonly final?: readonly Epoch[];
  readonly evaluate?: { readonly loss: number; readonly accuracy: number };
}

export interface KerasRun extends Cost {
  readonly report: KerasReport;
}

/**
 * A Python that has Keras and TensorFlow: the one named, else python3, else the one whose TensorFlow `npm run tensorflow` linked.
 * `undefined` where there is none; throws if the named one doesn't have them.
 */
export function findKeras(named: string | undefined): string | undefined {
  if (named !== undefined) {
    if (hasKeras(named)) return named;
    throw new Error(
      `${named} has no Keras 3 with TensorFlow: ${named} -m pip install tensorflow-cpu==2.21.0`,
    );
  }
  return ['python3', linkedPython()].find((python) => python !== undefined && hasKeras(python));
}

/** Finds the packages without importing them: that would take seconds. */
const QUESTION =
  'import sys; from importlib.util import find_spec; sys.exit(not (find_spec("keras") and find_spec("tensorflow")))';

const hasKeras = (python: string): boolean => spawnSync(python, ['-c', QUESTION]).status === 0;

/** ENVIRONMENT/bin/python, where the headers come from ENVIRONMENT/lib/python3.N/site-packages/tensorflow/include. */
function linkedPython(): string | undefined {
  const native = findNative();
  const headers = native && join(native.folder, 'deps/include');
  if (headers === undefined || !existsSync(headers)) return undefined;
  return join(realpathSync(headers), '../../../../../bin/python');
}

/** Runs the peer on `npz`; its model goes into `folder`. */
export async function runKeras(
  python: string,
  { npz, folder, more }: { npz: string; folder: string; more: readonly string[] },
): Promise<KerasRun> {
  const script = join(ROOT, 'bench/keras_imdb.py');
  const cost = await measure([python, script, '--npz', npz, '--save', join(folder, 'imdb.keras'), ...more]);
  return { ...cost, report: JSON.parse(cost.stdout) as KerasReport };
}

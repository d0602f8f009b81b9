import { createRequire } from 'node:module';
import type { Toolchain } from './stage.ts';
import type { LoadedTensorFlow } from './engine/tfjs/tensorflow.ts';

/** What the doctor looks at. */
export interface Findings {
  readonly engine: Pick<LoadedTensorFlow, 'backend' | 'tensorflow' | 'reason'>;
  /** What stands in the keys of steps that train or predict. */
  readonly toolchain: Toolchain;
  readonly platform: string;
  /** Name and version of what is installed; `missing` where it isn't. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Loads the engine and says which one is in use, with which versions, and what to do if it is not the native one. */
export async function doctor(): Promise<{ native: boolean; lines: string[] }> {
  const { loadTensorFlow, describeEngine } = await import('./engine/tfjs/tensorflow.ts');
  const engine = await loadTensorFlow();
  const findings: Findings = {
    engine,
    toolchain: await describeEngine(),
    platform: `${process.platform} ${process.arch}`,
    versions: {
      node: process.versions.node,
      'Node-API': process.versions['napi'] ?? 'missing',
      ...Object.fromEntries(PACKAGES.map((name) => [name, installedVersion(name)])),
    },
  };
  return { native: engine.backend === 'native', lines: report(findings) };
}

/** The findings as a person reads them. */
export function report({ engine, toolchain, platform, versions }: Findings): string[] {
  const lines = [
    engine.backend === 'native'
      ? `engine: TensorFlow ${engine.tensorflow}, natively`
      : 'engine: TensorFlow.js in plain JavaScript, about half as fast as the native one',
    ...(engine.reason === undefined ? [] : [`  because ${engine.reason}`, ...advice(versions)]),
    `platform: ${platform}`,
    ...Object.entries(versions).map(([name, version]) => `${name}: ${version}`),
    `in keys: ${Object.entries(toolchain)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}`,
  ];
  if (toolchain['backend'] !== engine.backend)
    lines.push(
      `warning: keys say ${toolchain['backend']}, since the binding is there, but ${engine.backend} computes`,
    );
  return lines;
}

const PACKAGES = ['@tensorflow/tfjs', '@tensorflow/tfjs-node'];

/** npm removes the package where its installer fails, and there is nothing to rebuild then. */
const advice = (versions: Findings['versions']): string[] => [
  '  `npm run tensorflow` builds the binding on a Python TensorFlow, and installs one where there is none;',
  '  `npm run tensorflow -- --python PATH` takes the one of that interpreter;',
  `  \`npm ${versions['@tensorflow/tfjs-node'] === 'missing' ? 'ci' : 'rebuild @tensorflow/tfjs-node'}\` runs the package’s own installer, which downloads from storage.googleapis.com`,
];

function installedVersion(name: string): string {
  try {
    return (createRequire(import.meta.url)(`${name}/package.json`) as { version: string }).version;
  } catch {
    return 'missing';
  }
}

import { describe, expect, test } from 'vitest';
import { doctor, report } from '../src/doctor.ts';

const native = {
  engine: { backend: 'native', tensorflow: '2.21.0' },
  toolchain: { backend: 'native', tfjs: '4.22.0', tensorflow: '2.21.0' },
  platform: 'linux x64',
  versions: { node: '20.19.0', '@tensorflow/tfjs-node': '4.22.0' },
} as const;

const fallback = {
  engine: { backend: 'cpu', reason: 'the binding does not load (no such file)' },
  toolchain: { backend: 'cpu', tfjs: '4.22.0' },
  platform: 'darwin arm64',
  versions: { node: '26.0.0', '@tensorflow/tfjs-node': 'missing' },
} as const;

describe('report', () => {
  test('says which engine is in use, with which versions', () => {
    expect(report(native)).toEqual([
      'engine: TensorFlow 2.21.0, natively',
      'platform: linux x64',
      'node: 20.19.0',
      '@tensorflow/tfjs-node: 4.22.0',
      'in keys: backend=native tfjs=4.22.0 tensorflow=2.21.0',
    ]);
  });

  test('says why it is not the native one, and what to run', () => {
    const text = report(fallback).join('\n');
    expect(text).toContain('in plain JavaScript');
    expect(text).toContain('because the binding does not load (no such file)');
    expect(text).toContain('`npm run tensorflow -- --python PATH`');
    expect(text).toContain('@tensorflow/tfjs-node: missing');
    expect(text).not.toContain('warning');
  });

  test('says how to run the package’s own installer, by whether the package is there', () => {
    expect(report(fallback).join('\n')).toContain('`npm ci` runs');
    const there = report({ ...fallback, versions: native.versions }).join('\n');
    expect(there).toContain('`npm rebuild @tensorflow/tfjs-node` runs');
  });

  test('warns where keys name an engine that does not compute', () => {
    const text = report({ ...fallback, toolchain: native.toolchain }).join('\n');
    expect(text).toContain('warning: keys say native');
  });
});

describe('doctor', () => {
  test('reports on this machine', async () => {
    const { native, lines } = await doctor();
    expect(lines[0]).toMatch(native ? /^engine: TensorFlow \d+\.\d+/ : /^engine: TensorFlow\.js/);
    expect(lines).toContain(`node: ${process.versions.node}`);
    expect(lines).toContain('@tensorflow/tfjs: 4.22.0');
    expect(lines.some((line) => line.includes('npm run tensorflow'))).toBe(!native);
  });
});

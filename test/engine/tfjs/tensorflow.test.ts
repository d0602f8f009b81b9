import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import util from 'node:util';
import { describe, expect, test } from 'vitest';
import { describeEngine, loadTensorFlow } from '../../../src/engine/tfjs/tensorflow.ts';
import { findNative, loads, remember } from '../../../src/engine/tfjs/tfjs-node.ts';
import { temporaryFolder } from '../../folder.ts';

const failing = (message: string) => () => Promise.reject(new Error(message));

describe('loadTensorFlow', () => {
  test('computes, and says why where it computes in JavaScript', async () => {
    const { tf, backend, tensorflow, reason } = await loadTensorFlow();
    expect([...tf.matMul([[1, 2]], [[3], [4]]).dataSync()]).toEqual([11]);
    expect(tf.getBackend()).toBe(backend === 'native' ? 'tensorflow' : 'cpu');
    if (backend === 'native') {
      expect(tensorflow).toMatch(/^\d+\.\d+\.\d+/);
      expect(reason).toBeUndefined();
    } else {
      expect(reason).toContain('npm run tensorflow');
    }
  });

  test('falls back to JavaScript in one line that names what to run', async () => {
    const { tf, backend, tensorflow, reason } = await loadTensorFlow(
      failing('libtensorflow.so: no\nsecond line'),
    );
    expect(backend).toBe('cpu');
    expect(tensorflow).toBeUndefined();
    expect(reason).toContain('`npm run tensorflow`');
    expect(reason).not.toContain('\n');
    if (findNative()?.built) expect(reason).toContain('does not load (libtensorflow.so: no)');
    expect([...tf.add([1, 2], [3, 4]).dataSync()]).toEqual([4, 6]);
  });

  test('gives the same API object either way', async () => {
    const fallback = await loadTensorFlow(failing('absent'));
    const own = await loadTensorFlow();
    expect(own.tf).toBe(fallback.tf);
  });

  test('gives tfjs-node the functions that newer versions of Node have no more', async () => {
    await loadTensorFlow(failing('absent'));
    const { isNullOrUndefined } = util as unknown as { isNullOrUndefined: (value: unknown) => boolean };
    expect([null, undefined, 0, '', false].map(isNullOrUndefined)).toEqual([true, true, false, false, false]);
  });

  test('leaves what the user has set in the environment', async () => {
    const before = process.env['TF_NUM_INTRAOP_THREADS'];
    process.env['TF_NUM_INTRAOP_THREADS'] = '3';
    try {
      await loadTensorFlow(failing('absent'));
      expect(process.env['TF_NUM_INTRAOP_THREADS']).toBe('3');
      if (findNative()?.built) expect(await describeEngine()).toMatchObject({ TF_NUM_INTRAOP_THREADS: '3' });
    } finally {
      if (before === undefined) delete process.env['TF_NUM_INTRAOP_THREADS'];
      else process.env['TF_NUM_INTRAOP_THREADS'] = before;
    }
  });
});

describe('describeEngine', () => {
  test('names the backend and the version that loading then gives', async () => {
    const described = await describeEngine();
    const { backend, tensorflow } = await loadTensorFlow();
    expect(described['backend']).toBe(backend);
    expect(described['tfjs']).toMatch(/^\d+\.\d+\.\d+$/);
    if (described['tensorflow'] !== 'bundled') expect(described['tensorflow']).toBe(tensorflow);
  });

  test('leaves TensorFlow’s log level out: it changes no result', async () => {
    expect(await describeEngine()).not.toHaveProperty('TF_CPP_MIN_LOG_LEVEL');
  });
});

describe('loads', () => {
  /** A package with this program, a binding and a library. */
  const native = (program: string) => {
    const folder = temporaryFolder();
    const [binding, library] = [join(folder, 'x.node'), join(folder, 'deps/lib/libtensorflow.so')];
    mkdirSync(dirname(library), { recursive: true });
    writeFileSync(join(folder, 'index.js'), program);
    writeFileSync(binding, '');
    writeFileSync(library, '');
    return { version: '0', folder, binding, library, built: true, tensorflow: 'bundled' };
  };
  const works = 'require("node:util").isNullOrUndefined(1)';

  test('is no for a binding that is missing, and for a package that throws', async () => {
    expect(await loads({ ...native(works), built: false })).toBe(false);
    expect(await loads(native('throw new Error()'))).toBe(false);
  });

  test('is remembered until the binding or a library is another one', async () => {
    for (const changed of ['binding', 'library'] as const) {
      const found = native(works);
      expect(await loads(found)).toBe(true);
      writeFileSync(join(found.folder, 'index.js'), 'throw new Error()');
      expect(await loads(found)).toBe(true);
      utimesSync(found[changed], 1, 1);
      expect(await loads(found)).toBe(false);
    }
  });

  test('is no where it was found out otherwise', async () => {
    const found = native(works);
    remember(found, 'no');
    expect(await loads(found)).toBe(false);
    utimesSync(found.binding, 1, 1);
    expect(await loads(found)).toBe(true);
  });
});

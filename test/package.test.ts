import { once } from 'node:events';
import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stageNames } from '../src/cli/catalog.ts';
import { newShell, program, root } from './cli/shell.ts';

interface Package {
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const read = (file: string): unknown => JSON.parse(readFileSync(join(root, file), 'utf8'));
const manifest = read('package.json') as Package & { readonly allowScripts: Record<string, boolean> };
const { packages } = read('package-lock.json') as { packages: Record<string, Package> };

describe('package.json', () => {
  test('pins every package exactly', () => {
    const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
    expect(Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  test('says of every package that has an install script whether it may run', () => {
    const scripted = Object.entries(packages).flatMap(([path, { hasInstallScript }]) =>
      hasInstallScript ? [path.replace(/^.*node_modules\//, '')] : [],
    );
    expect(scripted.toSorted()).toEqual(Object.keys(manifest.allowScripts).toSorted());
  });
});

test('package-lock.json names no registry: everybody installs from their own', () => {
  expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
});

test('a build leaves the program executable: npm makes it so only once, when it links it', () => {
  expect(() => accessSync(program, constants.X_OK)).not.toThrow();
});

describe('a build', () => {
  const bundled = (name: string): string => readFileSync(join(root, 'dist', name), 'utf8');

  /** The files that are read before a module runs: its own and those that it imports, without what it loads later. */
  function closureOf(name: string, seen = new Set<string>()): Set<string> {
    if (seen.has(name)) return seen;
    seen.add(name);
    for (const [, imported] of bundled(name).matchAll(/^(?:const \w+ = )?require\("\.{1,2}\/([^"]+)"\)/gm))
      closureOf(`chunks/${imported!.replace('chunks/', '')}`, seen);
    return seen;
  }

  test('has little to read before the program knows what it is asked for', () => {
    const files = [...closureOf('sluice.cjs')];
    expect(files.length).toBeGreaterThan(1);
    const bytes = files.reduce((sum, file) => sum + bundled(file).length, 0);
    expect(bytes).toBeLessThan(30_000);
  });

  test('has a library without the runner, yargs and what few stages need', () => {
    const code = [...closureOf('index.cjs')].map(bundled).join('');
    expect(code).toContain('Turns reviews into vectors');
    for (const stranger of ['yargs', 'sluice run', 'YAMLParseError'])
      expect(code.includes(stranger), stranger).toBe(false);
    expect(code.length).toBeLessThan(400_000); // Vega and Arrow have more than that each
  });

  test('knows the code of every stage: what its files do, and the packages by version', () => {
    const codes = JSON.parse(bundled('stages.json')) as Record<string, Record<string, string>>;
    expect(Object.keys(codes)).toEqual(stageNames);
    for (const name of stageNames) expect(codes[name]).toHaveProperty([`src/stages/${name}.ts`]);
    expect(codes['decode']).toMatchObject({ 'npm:valibot': manifest.dependencies!['valibot'] });
    expect(codes['decode']).not.toHaveProperty(['src/stages/train.ts']);
    expect(codes['predict']).toHaveProperty(['src/engine/wasm/predictor.ts']);
  });

  test('trains and predicts without loading TensorFlow', async () => {
    const { folder, sh } = newShell();
    const hook = `const { _load } = require('node:module');
      require('node:module')._load = (name, ...rest) => {
        if (name.startsWith('@tensorflow/')) throw new Error(name + ' is loaded');
        return _load(name, ...rest);
      };`;
    writeFileSync(join(folder, 'hook.cjs'), hook);
    const { stderr, code } = await sh(`
      sluice decode --words 500 < $SAMPLE/imdb.npz | sluice vectorize --dimension 500 > v.arrows
      export NODE_OPTIONS='--require ./hook.cjs'
      sluice train --epochs 1 < v.arrows > m.safetensors
      sluice predict --model m.safetensors < v.arrows > /dev/null
      echo 'what a film' | sluice predict --model m.safetensors --words $SAMPLE/imdb_word_index.json > /dev/null`);
    expect({ stderr, code }).toEqual({ stderr: expect.not.stringContaining('is loaded'), code: 0 });
    const judged = await sh(
      "NODE_OPTIONS='--require ./hook.cjs' sluice evaluate --model m.safetensors < v.arrows",
    );
    expect(judged.stderr).toContain('@tensorflow/tfjs is loaded');
  });

  test('finds the packages that it loads late', async () => {
    const server = createServer((_, response) => response.end('abc')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    const { sh } = newShell();
    const download = await sh(
      `NO_PROXY=127.0.0.1 XDG_CACHE_HOME=. sluice download http://127.0.0.1:${port}/ --sha256 ${sha256}`,
    );
    server.close();
    expect(download).toEqual({ stdout: 'abc', stderr: '', code: 0 });
    const history = '{"epoch":1,"loss":0.5,"accuracy":0.8,"seconds":1}';
    const plot = await sh(
      `echo '${history}' | sluice plot --png x.png | head -c 4; head -c 4 x.png | tail -c 3`,
    );
    expect(plot).toEqual({ stdout: '<svgPNG', stderr: '', code: 0 });
  });

  test('passes on the licence of every package that went into it', () => {
    const licences = bundled('LICENSES.txt');
    for (const name of ['yargs', 'yaml', 'vega', 'apache-arrow', 'stream-json', 'valibot'])
      expect(licences).toMatch(new RegExp(`^${name} \\d+\\.`, 'm'));
    expect(licences).toContain('Apache License');
  });
});

import { accessSync, constants, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { program } from './cli/shell.ts';

interface Package {
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const read = (file: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, '..', file), 'utf8'));
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

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { CodeReader } from '../../pipeline/code.ts';
import { digestOf } from '../../pipeline/digest.ts';
import { temporaryFolder } from '../folder.ts';

/** A package with a module, what it imports, and one that it doesn't. */
function writePackage(): string {
  const folder = temporaryFolder();
  const files = {
    'package.json': '{"name":"x","version":"1.0.0"}',
    'src/stage.js': `import './shared.js'; import fs from 'node:fs'; const lazy = () => import('./lazy.js'); export * from 'pkg/deep';`,
    'src/shared.js': `import './stage.js'; import '@scope/other';`,
    'src/lazy.js': 'export {}',
    'src/unrelated.js': 'export {}',
    'node_modules/pkg/package.json': '{"version":"3.1.4"}',
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

test('the code of a module is that of its closure: files by digest, packages by version', async () => {
  const folder = writePackage();
  const code = await new CodeReader().read(pathToFileURL(join(folder, 'src/stage.js')));
  expect(Object.keys(code).toSorted()).toEqual([
    'npm:@scope/other',
    'npm:pkg',
    'src/lazy.js',
    'src/shared.js',
    'src/stage.js',
  ]);
  expect(code).toMatchObject({
    'npm:pkg': '3.1.4',
    'npm:@scope/other': 'absent',
    'src/lazy.js': digestOf('export {}'),
  });
});

test('it is the same for a copy of the package in another place', async () => {
  const [one, two] = [writePackage(), writePackage()];
  const read = (folder: string) => new CodeReader().read(pathToFileURL(join(folder, 'src/stage.js')));
  expect(await read(one)).toEqual(await read(two));
  writeFileSync(join(two, 'src/unrelated.js'), 'changed');
  expect(await read(one)).toEqual(await read(two));
  writeFileSync(join(two, 'src/lazy.js'), 'changed');
  expect(await read(one)).not.toEqual(await read(two));
});

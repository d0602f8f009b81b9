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
    'package.json': '{"name":"x","version":"1.0.0","imports":{"#inner":"./src/inner.js"}}',
    'src/stage.js': `import './shared.js'; import fs from 'node:fs'; const lazy = () => import('./lazy.js'); export * from 'pkg/deep';`,
    'src/shared.js': `import './stage.js'; import '@scope/other';`,
    'src/lazy.js': `import words from './words.json' with { type: 'json' }; import '#inner'; import 'known'`,
    'src/words.json': '{"import":"./unrelated.js"}',
    'src/inner.js': 'export {}',
    'src/unrelated.js': 'export {}',
    'node_modules/pkg/package.json': '{"version":"3.1.4"}',
  };
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

const reader = () => new CodeReader({ toJavaScript: (source) => source, provided: { known: '1.2.3' } });

test('the code of a module is that of its closure: files by digest, packages by version', async () => {
  const folder = writePackage();
  const code = await reader().read(pathToFileURL(join(folder, 'src/stage.js')));
  expect(Object.keys(code).toSorted()).toEqual([
    'npm:@scope/other',
    'npm:known',
    'npm:pkg',
    'src/inner.js',
    'src/lazy.js',
    'src/shared.js',
    'src/stage.js',
    'src/words.json',
  ]);
  expect(code).toMatchObject({
    'npm:pkg': '3.1.4',
    'npm:@scope/other': 'absent',
    'npm:known': '1.2.3',
    'src/inner.js': digestOf('export {}'),
  });
});

test('it is the same for a copy of the package in another place', async () => {
  const [one, two] = [writePackage(), writePackage()];
  const read = (folder: string) => reader().read(pathToFileURL(join(folder, 'src/stage.js')));
  expect(await read(one)).toEqual(await read(two));
  writeFileSync(join(two, 'src/unrelated.js'), 'changed');
  expect(await read(one)).toEqual(await read(two));
  writeFileSync(join(two, 'src/lazy.js'), 'changed');
  expect(await read(one)).not.toEqual(await read(two));
});

test('what counts of a module is its JavaScript', async () => {
  const module = pathToFileURL(join(writePackage(), 'src/inner.js'));
  const code = await new CodeReader({ toJavaScript: () => 'import "./words.json"' }).read(module);
  expect(Object.keys(code)).toEqual(['src/inner.js', 'src/words.json']);
  expect(code['src/inner.js']).toBe(digestOf('import "./words.json"'));
});

test('its files are found as far as they can be read', async () => {
  const folder = writePackage();
  const files = async () => {
    const found = await reader().files(pathToFileURL(join(folder, 'src/stage.js')));
    return found.map((file) => file.slice(folder.length + 1)).toSorted();
  };
  expect(await files()).toEqual([
    'src/inner.js',
    'src/lazy.js',
    'src/shared.js',
    'src/stage.js',
    'src/words.json',
  ]);
  writeFileSync(join(folder, 'src/lazy.js'), 'import "./inner.js"; `');
  writeFileSync(join(folder, 'src/shared.js'), 'import "./none.js";');
  expect(await files()).toEqual(['src/lazy.js', 'src/none.js', 'src/shared.js', 'src/stage.js']);
});

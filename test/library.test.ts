import { execa } from 'execa';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root, sample } from './cli/shell.ts';
import { temporaryFolder } from './folder.ts';

describe('the package', () => {
  /** A project that has the packed package installed, and of other packages only what its types name. */
  async function newProject(files: Record<string, string>): Promise<string> {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'node_modules/sluice'), { recursive: true });
    const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
    const { stdout } = await execa('npm', pack, { cwd: root });
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    await execa('tar', ['xzf', filename, '-C', 'node_modules/sluice', '--strip-components', '1'], {
      cwd: folder,
    });
    for (const name of ['valibot', '@types', 'undici-types'])
      symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return folder;
  }

  const types = `
import { createReadStream } from 'node:fs';
import * as sluice from 'sluice';
import { decode, download, split, train, vectorize, type AnyModel, type Review, type VectorBatch } from 'sluice';

const reviews: AsyncGenerator<Review, void, undefined> = decode(createReadStream('x'), { words: 500 });
const vectors: AsyncGenerator<VectorBatch, void, undefined> = vectorize(reviews);
const models: AsyncGenerator<AnyModel, void, undefined> = train(split(vectors, { validation: 0.1 }), { units: [8] });
export const bytes: AsyncIterable<Uint8Array> = train.writes.write(models);
// @ts-expect-error -- no such option
decode([], { wrods: 1 });
// @ts-expect-error -- not a number
decode([], { words: 'x' });
// @ts-expect-error -- its options are needed
download([]);
// @ts-expect-error -- no reviews
vectorize([{ id: 1 }]);

type IsAny<T> = 0 extends 1 & T ? true : false;
type Anys = {
  [Name in keyof typeof sluice]: (typeof sluice)[Name] extends (input: infer In, options?: infer Options) => infer Out
    ? true extends IsAny<In> | IsAny<Options> | IsAny<Out> ? Name : never
    : IsAny<(typeof sluice)[Name]> extends true ? Name : never;
}[keyof typeof sluice];
export const none: [Anys] extends [never] ? true : Anys = true;
`;

  test.each([
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])('has types, for %s modules and %s resolution', async (module, resolution) => {
    const shown = /```ts\n([^]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8'))![1]!;
    const folder = await newProject({ 'use.ts': types, 'shown.ts': shown });
    const flags = `--noEmit --strict --skipLibCheck false --target es2023 --lib es2023 --types node`;
    const settings = ['--module', module, '--moduleResolution', resolution, 'use.ts', 'shown.ts'];
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const command = [tsc, ...flags.split(' '), ...settings];
    expect(await execa('node', command, { cwd: folder, reject: false })).toMatchObject({ stdout: '' });
  });

  test('works where it is installed, without the packages that it was bundled with', async () => {
    const use = `
import { decode, vectorize } from 'sluice';
import { createReadStream } from 'node:fs';
let rows = 0;
for await (const { ids } of vectorize(decode(createReadStream(process.argv[2]), { words: 500 }))) rows += ids.length;
console.log(rows);`;
    const folder = await newProject({ 'use.js': use });
    const { stdout } = await execa('node', ['use.js', join(sample, 'imdb.npz')], { cwd: folder });
    const program = await execa('node', ['node_modules/sluice/dist/sluice.cjs', 'split', '--help'], {
      cwd: folder,
    });
    expect(stdout).toBe('5000');
    expect(program.stdout).toContain('sluice split [options]');
  });
});

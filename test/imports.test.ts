import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { init, parse } from 'es-module-lexer';
import { beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
/** Each source file with the files and packages that it imports, types too. */
const imports = new Map<string, string[]>();

beforeAll(async () => {
  await init();
  for (const folder of ['src', 'pipeline']) {
    for (const name of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts') || name.endsWith('.d.ts')) continue;
      const file = join(folder, name);
      const [found] = parse(readFileSync(join(root, file), 'utf8'));
      const specifiers = found.flatMap((one) => ('specifier' in one && one.specifier ? [one.specifier] : []));
      imports.set(
        file,
        specifiers.map((to) => (to.startsWith('.') ? relative(root, join(root, dirname(file), to)) : to)),
      );
    }
  }
});

/** The imports that go from a file under one path to something under another. */
const between = (from: RegExp, to: RegExp, except = /^$/): string[] =>
  [...imports].flatMap(([file, targets]) =>
    from.test(file)
      ? targets
          .filter((target) => to.test(target) && !except.test(target))
          .map((target) => `${file} → ${target}`)
      : [],
  );

/** What stages and the runner share: the stage contract. */
const CONTRACT = /^src\/(stage|options|error|nearest)\.ts$/;

test('the walk sees the imports that there are', () => {
  expect(imports.size).toBeGreaterThan(50);
  expect(between(/^src\/stages\/decode/, /^src\/formats/).length).toBeGreaterThan(0);
  expect(between(/^src\/cli\//, /^pipeline/).length).toBeGreaterThan(0);
});

test('the runner knows no stage, no format, no engine and no yargs', () => {
  expect(between(/^pipeline/, /^src|^yargs/, CONTRACT)).toEqual([]);
});

test('in the runner, each part knows those before it', () => {
  const parts = ['yaml', 'store', 'run', 'tell', 'graph'];
  const core = /^pipeline\/[\w-]+\.ts$/;
  expect(between(core, /^pipeline\/(yaml|run|tell|graph)\//)).toEqual([]);
  expect(between(/^pipeline\/yaml\//, /^pipeline\/(store|run|tell|graph)\//)).toEqual([]);
  expect(between(/^pipeline\/store\//, /^pipeline\/(yaml|run|tell|graph)\//)).toEqual([]);
  expect(between(/^pipeline\/run\//, /^pipeline\/(yaml|tell|graph)\//)).toEqual([]);
  expect(parts.every((part) => between(new RegExp(`^pipeline/${part}/`), /./).length > 0)).toBe(true);
});

test('what a stage is made of knows no runner and no command line', () => {
  expect(between(/^src\/(?!cli)/, /^pipeline|^src\/cli/)).toEqual([]);
});

test('a stage knows no other stage', () => {
  expect(between(/^src\/(?!cli|stages\.ts)/, /^src\/stages\//)).toEqual([]);
});

test('formats know no engine, and the engine reads and writes nothing', () => {
  expect(between(/^src\/formats/, /^src\/engine/)).toEqual([]);
  expect(between(/^src\/engine/, /^node:(fs|http|net)/, /^$/)).toEqual([
    'src/engine/tfjs/tfjs-node.ts → node:fs',
    'src/engine/wasm/kernel-file.ts → node:fs',
  ]);
});

test('no file imports itself through others', () => {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
    if (path.includes(file) || done.has(file)) return;
    for (const target of imports.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  expect(cycles).toEqual([]);
});

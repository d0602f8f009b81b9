import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newShell } from './shell.ts';

const stage = (run: string): string => `
import { defineStage, integer, lines, optional } from 'sluice';

export default defineStage({
  summary: 'Repeats every line',
  example: 'sluice ./repeat.ts --times 3 < in.txt > out.txt',
  reads: lines('text'),
  writes: lines('text'),
  options: { times: optional(integer(1, 'how often'), 2) },
  run: async function* (input, { times }, context) {
    ${run}
  },
});
`;

const repeat = stage('for await (const line of input) yield line.repeat(times);');

/** A shell in a folder without any package, that holds these files. */
function withFiles(files: Readonly<Record<string, string>>) {
  const shell = newShell();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(shell.folder, dirname(name)), { recursive: true });
    writeFileSync(join(shell.folder, name), content);
  }
  return { ...shell, read: (path: string) => readFileSync(join(shell.folder, path), 'utf8') };
}

describe('a stage of the user’s own, in a shell', () => {
  test.each([
    ['TypeScript', './repeat.ts', repeat.replace('(input, {', '(input: AsyncIterable<string>, {')],
    ['TypeScript that says it is a module', './repeat.mts', repeat],
    ['JavaScript', './repeat.js', repeat],
    ['JavaScript that says it is a module', './a/repeat.mjs', repeat],
    ['the one export', './repeat.ts', repeat.replace('export default', 'export const repeat =')],
    [
      'the one stage beside other exports',
      './repeat.ts',
      repeat.replace('export default', 'export const repeat =') + 'export default { mine: true };',
    ],
    [
      'one export of two names',
      './repeat.ts',
      repeat.replace('export default', 'export const repeat =') + 'export { repeat as default };',
    ],
  ])('is a file of %s', async (_, path, source) => {
    const { sh } = withFiles({ [path]: source });
    const { stdout, stderr } = await sh(`printf 'a\\nb' | sluice ${path} --times 3`);
    expect({ stdout, stderr }).toEqual({ stdout: 'aaa\nbbb', stderr: '' });
  });

  test('is an ES module, whatever the package around it says', async () => {
    const { sh } = withFiles({ 'repeat.js': repeat, 'package.json': '{"type":"commonjs"}' });
    expect(await sh('echo a | sluice ./repeat.js')).toEqual({ stdout: 'aa', stderr: '', code: 0 });
  });

  test('explains itself, and checks its options', async () => {
    const { sh } = withFiles({ 'repeat.ts': repeat });
    const { stdout } = await sh('sluice ./repeat.ts --help');
    expect(stdout).toContain('sluice ./repeat.ts [options]\n\nRepeats every line\nReads text, writes text.');
    expect(stdout).toMatch(/--times +how often \[default 2\]/);
    expect(await sh('sluice ./repeat.ts --tims 3')).toMatchObject({
      code: 2,
      stderr: 'USAGE: no option --tims\n  → did you mean --times?',
    });
  });

  test('imports others, in TypeScript too, and this very Sluice', async () => {
    const { sh } = withFiles({
      'repeat.ts': `import { twice } from './lib/twice.ts'; import type { Not } from './there.ts';
        import { StageError } from 'sluice';
        ${stage("for await (const line of input) if (line === 'b') throw new StageError('BAD_VALUE', 'b'); else yield twice(line) satisfies Not;")}`,
      'lib/twice.ts': 'export const twice = (text: string): string => text + text;',
      'node_modules/sluice/package.json': '{"name":"sluice","exports":"./none.js"}',
    });
    expect(await sh('echo a | sluice ./repeat.ts')).toEqual({ stdout: 'aa', stderr: '', code: 0 });
    expect(await sh('echo b | sluice ./repeat.ts')).toMatchObject({ stderr: 'BAD_VALUE: b', code: 1 });
  });

  test('that throws what it doesn’t mean to, is to blame itself', async () => {
    const { sh } = withFiles({ 'repeat.ts': stage('\n    null.x;') });
    const { stderr, code } = await sh('echo a | sluice ./repeat.ts');
    expect(stderr).toMatch(
      /^This is a mistake in \.\/repeat\.ts\.\nTypeError: .*\n(.*\n)*.*repeat\.ts.*:12:10/,
    );
    expect(code).toBe(1);
  });
});

describe('a file that is no stage', () => {
  const first = repeat.replace('export default', 'export const first =');
  const second = first.replace(/import.*/, '').replace('first =', 'second =');
  test.each([
    ['no file', '', 'no such file: ./x.ts (a path starts from the folder that sluice is run in)'],
    ['nothing', 'export {};', './x.ts exports no stage: export default defineStage({ … })'],
    [
      'several',
      first + second,
      './x.ts exports several stages (first, second): export the one that is meant as default',
    ],
    [
      'a part',
      'export default { run() {}, reads: 1, options: {} };',
      'the stage in ./x.ts has no summary, no example, no writes',
    ],
    [
      'a mistake in its syntax',
      '\nconst a: number = ;',
      "./x.ts can't be loaded: x.ts:2:19: Expression expected",
    ],
    [
      'a mistake in the syntax of another',
      'import "./y.js";',
      "./x.ts can't be loaded: y.js:1:14: Unexpected token",
    ],
    [
      'more than types',
      'enum A { b }',
      "./x.ts can't be loaded: x.ts:1:1: TypeScript enum is not supported in strip-only mode",
    ],
    [
      'an export that isn’t there',
      'import { nope } from "sluice";',
      /can't be loaded: The requested module 'sluice' does not provide an export named 'nope'/,
    ],
    [
      'a package that isn’t there',
      'import "nope";',
      /can't be loaded: Cannot find package 'nope' imported from .*x\.ts/,
    ],
    ['an exception', '\nthrow new Error("no");', /can't be loaded: no\n {2}at file:.*x\.ts:2:7/],
  ])('for it has %s, is told in a shell and in an experiment', async (_, source, message) => {
    const { sh } = withFiles({
      ...(source === '' ? {} : { 'x.ts': source }),
      'y.js': 'export const = 1;',
      'x.yaml': 'steps: { a: { command: "echo a" }, b: { stage: ./x.ts, in: a } }',
    });
    const expected =
      typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message);
    const inShell = await sh('sluice ./x.ts');
    expect(inShell).toEqual({ stdout: '', stderr: expected, code: 2 });
    expect(inShell.stderr).not.toContain('    at ');
    const inYaml = await sh('sluice run x.yaml');
    expect(inYaml).toEqual({ stdout: '', stderr: expected, code: 2 });
    expect(inYaml.stderr).toContain('x.yaml:1:48: ');
  });

  test('is told, where the slash is missing', async () => {
    const { sh } = withFiles({ 'x.ts': repeat });
    expect((await sh('sluice x.ts')).stderr).toContain('→ a stage of your own is named with a slash: ./x.ts');
  });
});

describe('a stage of the user’s own, in an experiment', () => {
  const yaml = `
steps:
  words: { command: "printf 'a\\nb\\n'" }
  twice: { stage: ./repeat.ts, in: words, with: { times: 3 } }
`;
  const files = {
    'x.yaml': yaml,
    'repeat.ts': `import { change } from './change.ts';\n${stage('for await (const line of input) yield change(line.repeat(times));')}`,
    'change.ts': 'export const change = (text: string): string => text;',
  };

  test('runs as ours do, and again only when its code has changed', async () => {
    const { sh, read, folder } = withFiles(files);
    expect(await sh('sluice run x.yaml')).toMatchObject({ code: 0 });
    expect(read('results/x/twice.txt')).toBe('aaa\nbbb\n');
    expect((await sh('sluice run x.yaml')).stderr).toMatch(/: 2 unchanged/);
    const other = 'export const change = (text: string): string => text.toUpperCase();';
    writeFileSync(join(folder, 'change.ts'), other);
    const { stdout } = await sh('sluice run x.yaml --dry-run --explain');
    expect(stdout).toMatch(/run +twice.*change\.ts/);
    await sh('sluice run x.yaml');
    expect(read('results/x/twice.txt')).toBe('AAA\nBBB\n');
  });

  test('has its options checked', async () => {
    const { sh } = withFiles({ ...files, 'x.yaml': yaml.replace('times: 3', 'tims: 3') });
    const { stderr, code } = await sh('sluice run x.yaml');
    expect(stderr).toContain('x.yaml:4:51: ./repeat.ts has no option "tims"');
    expect(stderr).toContain('did you mean times?');
    expect(code).toBe(2);
  });
});

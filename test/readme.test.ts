import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stageNames } from '../src/cli/catalog.ts';
import { writeReference } from '../scripts/reference.ts';
import { isMissing, newShell, root } from './cli/shell.ts';

const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** The blocks of code in a page that are marked with a language. */
const blocks = (page: string, language: string): string[] =>
  [...page.matchAll(/^```(\w+)\n([^]*?)^```$/gm)]
    .filter((found) => found[1] === language)
    .map((found) => found[2]!);

describe('README.md', () => {
  const page = read('README.md');

  /** A shell in a folder with what the page speaks of: the sample, the library, and the modules that it shows. */
  function newPageShell() {
    const shell = newShell();
    mkdirSync(join(shell.folder, 'node_modules'));
    symlinkSync(root, join(shell.folder, 'node_modules/sluice'));
    symlinkSync(join(root, 'config'), join(shell.folder, 'config'));
    for (const module of ['ts', 'js'].flatMap((language) => blocks(page, language))) {
      const [, name] = /^\/\/ (.*)\n/.exec(module)!;
      writeFileSync(join(shell.folder, name!), module);
    }
    return shell;
  }

  const tools = ['jq', 'sha256sum'].filter(isMissing);
  test.skipIf(tools.length > 0).each(blocks(page, 'sh').map((script, i) => [i + 1, script]))(
    'its shell block %i runs',
    async (_, script) => {
      const { code, stderr } = await newPageShell().sh(`set -e\n${script}`);
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    },
  );

  test('the modules that it shows are run in its shell blocks', () => {
    const scripts = blocks(page, 'sh').join('');
    for (const name of ['./long.ts', 'vectors.mjs']) expect(scripts).toContain(name);
    expect(blocks(page, 'ts').length + blocks(page, 'js').length).toBe(2);
  });

  test('what it says to type in a console are commands that there are', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const typed = blocks(page, 'console').flatMap((block) =>
      [...block.matchAll(/^\$ (.*)$/gm)].map((found) => found[1]!),
    );
    expect(typed.length).toBeGreaterThan(5);
    for (const command of typed.flatMap((line) => line.split(' && '))) {
      const [program, word, script] = command.split(' ');
      if (program === 'sluice')
        expect(['run', 'status', 'graph', 'cache', 'doctor', ...stageNames]).toContain(word);
      else if (word === 'run') expect(Object.keys(scripts)).toContain(script);
      else expect(command).toMatch(/^npm (ci|start|test|link)$/);
    }
  });

  test('its experiment in full is one', async () => {
    const yaml = blocks(page, 'yaml').at(-1)!;
    const { sh } = newPageShell();
    const script = `cat > x.yaml <<'END'\n${yaml}END\nsluice run x.yaml --dry-run`;
    expect(await sh(script)).toMatchObject({ code: 0, stderr: '' });
  });

  test('its graph is what sluice graph draws', async () => {
    const { sh } = newPageShell();
    const { stdout } = await sh('sluice graph config/imdb.yaml --format svg');
    expect(stdout.trim()).toBe(read('docs/graph.svg').trim());
  });

  test('it has every stage and every error code', () => {
    const row = (name: string): RegExp => new RegExp(`^\\| \`${name}\` +\\|`, 'm');
    for (const stage of stageNames) expect(page).toMatch(row(stage));
    const codes = [...read('src/error.ts').matchAll(/^ {2}\| '([A-Z_]+)'/gm)].map((found) => found[1]!);
    expect(codes.length).toBeGreaterThan(10);
    for (const code of codes) expect(page).toMatch(row(code));
  });
});

describe('docs/how-sluice-decides.md', () => {
  const page = read('docs/how-sluice-decides.md');

  /** What differs from run to run and from machine to machine: times, memory, sizes, and how a shell tells of a kill. */
  const steady = (output: string): string =>
    output
      .replaceAll(/\d+\.\d s\b/g, 'T s')
      .replaceAll(/, [\d.]+ [kMG]?B of memory/g, '')
      .replaceAll(/wrote \d+ B/g, 'wrote N B')
      .replaceAll(/^.*\bKilled\b.*$/gm, 'Killed')
      .trim();

  /** The commands of its blocks, with what they are said to write. A block in a list is indented. */
  const commands = [...page.matchAll(/^( *)```console\n([^]*?)^ *```$/gm)].flatMap(([, indent, block]) =>
    block!
      .replaceAll(new RegExp(`^${indent}`, 'gm'), '')
      .split(/^\$ /m)
      .slice(1)
      .map((typed) => /^(.*)\n([^]*)$/.exec(typed)!.slice(1) as [string, string]),
  );

  test.skipIf(['jq', 'sha256sum'].some(isMissing))(
    'what it says to type writes what it says',
    async () => {
      const { sh, folder } = newShell();
      for (const yaml of blocks(page, 'yaml')) {
        const [, name] = /^# (.*)\n/.exec(yaml)!;
        writeFileSync(join(folder, name!), yaml);
      }
      expect(commands.length).toBeGreaterThan(20);
      for (const [command, output] of commands) {
        const { stdout } = await sh(`exec 2>&1\n${command}`);
        const written = stdout.replaceAll(`${realpathSync(folder)}/`, '');
        expect(`$ ${command}\n${steady(written)}`).toBe(`$ ${command}\n${steady(output)}`);
      }
    },
    120_000,
  );
});

test.each(['README.md', 'ARCHITECTURE.md', 'docs/how-sluice-decides.md', 'docs/comparison.md'])(
  'the links of %s lead somewhere',
  (file) => {
    const links = [...read(file).matchAll(/\]\(([^):]+)\)/g)].map((found) => found[1]!);
    for (const link of links) {
      const [path, heading] = link.split('#') as [string, string?];
      const target = path === '' ? file : join(dirname(file), path);
      expect(existsSync(join(root, target)), link).toBe(true);
      if (heading !== undefined) expect(anchors(read(target)), link).toContain(heading);
    }
  },
);

/** The names by which links lead to a page's headings. */
const anchors = (page: string): string[] =>
  [...page.matchAll(/^#+ (.*)$/gm)].map((found) =>
    found[1]!
      .toLowerCase()
      .replaceAll(/[^\p{L}\d _-]/gu, '')
      .replaceAll(' ', '-'),
  );

test('STAGES.md is what the declarations say', async () => {
  expect(read('STAGES.md')).toBe(await writeReference());
});

describe('ARCHITECTURE.md', () => {
  const page = read('ARCHITECTURE.md');
  const tree = blocks(page.replace('```\nconfig/', '```tree\nconfig/'), 'tree')[0]!;

  test('its tree has the folders and files that there are', () => {
    const folders: string[] = []; // by their depth, which two spaces show
    for (const line of tree.split('\n')) {
      const depth = /^ */.exec(line)![0].length / 2;
      const names = line.trim().split(/ {3,}| (?=the |one |a |what )/)[0]!;
      folders.length = depth;
      for (const name of names.split(/[, ]+/).filter((word) => /[./]/.test(word))) {
        const path = join(...folders, name);
        expect(existsSync(join(root, path)), path).toBe(true);
      }
      folders.push(line.trim().split(' ')[0]!);
    }
  });

  test('it leaves out no file of the runner and no folder of the sources', () => {
    for (const name of readdirSync(join(root, 'pipeline'), { recursive: true, encoding: 'utf8' }))
      if (!name.includes('remote/')) expect(tree).toContain(basename(name));
    for (const name of readdirSync(join(root, 'src'))) expect(tree).toContain(name);
  });

  test('the files that it names in its text are there', () => {
    const named = [...page.matchAll(/`((?:src|pipeline|test|scripts)\/[\w./-]+)`/g)].map(
      (found) => found[1]!,
    );
    expect(named.length).toBeGreaterThan(10);
    for (const file of named) expect(existsSync(join(root, file)), file).toBe(true);
  });
});

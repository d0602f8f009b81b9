import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Finished } from '../../../pipeline/run/attempt.ts';
import { digestOf } from '../../../pipeline/digest.ts';
import { executeWith } from '../../../pipeline/run/execute.ts';
import type { CommandStep, Output } from '../../../pipeline/experiment.ts';
import { Store } from '../../../pipeline/store/store.ts';
import type { Material } from '../../../pipeline/run/workspace.ts';
import { temporaryFolder } from '../../folder.ts';
import { commandStep } from '../stages.ts';

const out: Output = { name: 'out', kind: 'file', fileName: 'x' };
const never = new AbortController().signal;

/** Runs a command in a new store. */
async function execute(
  command: string,
  { inputs = {}, signal = never, ...more }: Omit<Partial<CommandStep>, 'inputs'> & Given = {},
): Promise<Finished & { store: Store; said: string[] }> {
  const store = new Store(join(temporaryFolder(), 'store'));
  const said: string[] = [];
  const begin = executeWith({ store, program: [], environment: process.env });
  const attempt = begin(commandStep('x', command, { outputs: [out], ...more }), {
    inputs,
    streamed: false,
    feeds: [],
    listener: { said: (line) => said.push(line), progressed: () => undefined },
    signal,
  });
  const finished = await attempt.finished;
  if (finished.ok) finished.keep();
  attempt.discard();
  expect(readdirSync(join(store.folder, 'tmp'))).toEqual([]);
  return { ...finished, store, said };
}

interface Given {
  inputs?: Record<string, Material>;
  signal?: AbortSignal;
}

const path = (text: string): Material => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, text);
  return { path: file };
};

describe('a command', () => {
  test('runs in a folder of its own, which holds the files that it declares and nothing else', async () => {
    const inputs = {
      in: path('input'),
      './a/b.txt': path('one'),
      './folder': {
        files: {
          x: (path('two') as { path: string }).path,
          'deep/y': (path('three') as { path: string }).path,
        },
      },
    };
    const result = await execute('cat; cat a/b.txt folder/x folder/deep/y; find . -mindepth 1 | sort >&2', {
      inputs,
    });
    expect(result).toMatchObject({ ok: true, outputs: { out: { sha256: digestOf('inputonetwothree') } } });
    expect(result.said).toEqual([
      './a',
      './a/b.txt',
      './folder',
      './folder/deep',
      './folder/deep/y',
      './folder/x',
    ]);
  });

  test('keeps a file of whatever name in a folder', async () => {
    const pages: Output = { name: 'pages', kind: 'folder', fileName: 'pages', path: 'pages' };
    const command = "mkdir pages; cd pages; echo 1 > __proto__; echo 2 > ' a'; echo 3 > $'new\\nline'";
    const finished = await execute(command, { outputs: [out, pages] });
    expect(finished.ok && Object.keys(finished.outputs['pages']!.files!)).toEqual([
      ' a',
      '__proto__',
      'new\nline',
    ]);
  });

  test('keeps what it writes under the names that it declares, read-only', async () => {
    const outputs: Output[] = [
      out,
      { name: 'counts', kind: 'file', fileName: 'x.txt', path: 'deep/counts.txt' },
      { name: 'pages', kind: 'folder', fileName: 'pages', path: 'pages' },
    ];
    const { store, ...finished } = await execute(
      'echo 3 > deep/counts.txt; mkdir -p pages/sub; echo a > pages/a; echo b > pages/sub/b',
      { outputs },
    );
    expect(finished).toMatchObject({
      ok: true,
      outputs: {
        out: { sha256: digestOf(''), bytes: 0 },
        counts: { sha256: digestOf('3\n'), bytes: 2 },
        pages: { files: { a: digestOf('a\n'), 'sub/b': digestOf('b\n') } },
      },
    });
    const object = store.objectPath(digestOf('3\n'));
    expect([readFileSync(object, 'utf8'), statSync(object).mode & 0o222]).toEqual(['3\n', 0]);
  });

  test.each([
    ['true', 'file', 'it did not write p, its output "o"'],
    ['mkdir p', 'file', 'p, its output "o", is not a file'],
    ['touch p', 'folder', 'p, its output "o", is not a folder'],
    ['ln -s /etc/passwd p', 'file', 'p, its output "o", is not a file'],
    [
      'mkdir p; ln -s /etc/passwd p/q',
      'folder',
      'p, its output "o", holds q, which is neither a file nor a folder',
    ],
  ] as const)('%j where a %s is declared fails', async (command, kind, failure) => {
    const result = await execute(command, { outputs: [{ name: 'o', kind, fileName: 'o', path: 'p' }] });
    expect(result).toMatchObject({ ok: false, failure });
    expect(existsSync(join(result.store.folder, 'objects'))).toBe(false);
  });

  test('may write what can be run', async () => {
    const outputs: Output[] = [
      { name: 'script', kind: 'file', fileName: 'x', path: 'run' },
      { name: 'tools', kind: 'folder', fileName: 'tools', path: 'tools' },
    ];
    const command = 'echo "echo hi" > run; chmod +x run; mkdir tools; cp run tools/a; echo data > tools/b';
    const { store, ...finished } = await execute(command, { outputs });
    const script = digestOf('echo hi\n');
    expect(finished).toMatchObject({
      outputs: { script: { executables: [script] }, tools: { executables: [script] } },
    });
    const modes = [script, digestOf('data\n')].map(
      (digest) => statSync(store.objectPath(digest)).mode & 0o777,
    );
    expect(modes).toEqual([0o555, 0o444]);
    const inputs = { './run': { path: store.objectPath(script) } };
    expect(await execute('./run', { inputs })).toMatchObject({
      ok: true,
      outputs: { out: { sha256: digestOf('hi\n') } },
    });
  });

  test('whose output is also a file of somebody else leaves that one alone', async () => {
    const theirs = path('theirs') as { path: string };
    chmodSync(theirs.path, 0o644);
    await execute(`ln ${theirs.path} o`, {
      outputs: [{ name: 'o', kind: 'file', fileName: 'o', path: 'o' }],
    });
    expect(statSync(theirs.path).mode & 0o777).toBe(0o644);
    writeFileSync(theirs.path, 'changed');
  });

  test('that takes too long is ended', async () => {
    const result = await execute('sleep 100', { limits: { retries: 0, cores: 1, timeout: 0.1 } });
    expect(result).toMatchObject({ ok: false, failure: 'it took longer than 0.1 s' });
  });

  test('that fails is told with its last lines', async () => {
    const result = await execute('seq 1 30 >&2; exit 9');
    expect(result).toMatchObject({ ok: false, failure: 'exit code 9' });
    expect('lines' in result && result.lines).toEqual([
      '21',
      '22',
      '23',
      '24',
      '25',
      '26',
      '27',
      '28',
      '29',
      '30',
    ]);
  });

  test('that is interrupted is told so', async () => {
    const interruption = new AbortController();
    setTimeout(() => interruption.abort(), 50);
    expect(await execute('sleep 100', { signal: interruption.signal })).toMatchObject({
      failure: 'interrupted',
    });
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { newShell, program } from '../shell.ts';

/** How long a watch may take to tell something, on a busy machine. */
const PATIENCE = { timeout: 20_000, interval: 20 };

interface Event {
  readonly type: string;
  readonly files?: string[];
  readonly status?: string;
  readonly ran?: number;
  readonly hit?: number;
}

/** A watch in a folder with these files, led by what it tells. */
function watchIn(files: Readonly<Record<string, string>>, ...options: string[]) {
  const { folder, sh } = newShell();
  const at = (path: string): string => join(folder, path);
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), content);
  };
  for (const [path, content] of Object.entries(files)) write(path, content);
  const child = spawn(process.execPath, [program, 'run', 'x.yaml', '--watch', ...options], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: '1', HERE: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true, // a group, as a terminal's
  });
  const ended = once(child, 'close') as Promise<[number]>;
  onTestFinished(() => void (child.exitCode === null && process.kill(-child.pid!, 'SIGKILL')));
  const told = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => (told[stream] += text));

  /** What it has told since it was last asked, once that ends in `end`. */
  const until = async (stream: 'stdout' | 'stderr', end: RegExp): Promise<string> => {
    await expect.poll(() => told[stream], PATIENCE).toMatch(end);
    const text = told[stream];
    told[stream] = '';
    return text;
  };
  return {
    at,
    sh,
    write,
    read: (path: string) => readFileSync(at(path), 'utf8'),
    child,
    told,
    until,
    /** The events of `--json` up to the next wait. */
    events: async (): Promise<Event[]> => {
      const text = await until('stdout', /"type":"watching".*\n$/);
      return text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Event);
    },
    code: async () => (await ended)[0],
  };
}

/** Of these events, the files that were changed, and what the run came to. */
function outline(events: readonly Event[]) {
  const changed = events.filter(({ type }) => type === 'changed').map(({ files }) => files);
  const { status, ran, hit } = events.findLast(({ type }) => type === 'finished') ?? {};
  return { changed, status, ran, hit };
}

const sorted = `
steps:
  sorted: { command: sort, in: ./in.txt }
  apart: { command: "ls -R data", files: [./data] }
`;
const files = { 'x.yaml': sorted, 'in.txt': 'b\na\n', 'data/one': '1\n' };

describe('sluice run --watch', () => {
  test('runs again what a change needs, however a file is saved', async () => {
    const watch = watchIn(files, '--json');
    const first = await watch.events();
    expect(outline(first)).toMatchObject({ changed: [], status: 'done', ran: 2 });
    expect(first.at(-1)).toMatchObject({ type: 'watching', files: ['x.yaml', './in.txt', './data'] });

    const one = { status: 'done', ran: 1, hit: 1 };
    watch.write('in.txt', 'd\nc\n');
    expect(outline(await watch.events())).toEqual({ changed: [['./in.txt']], ...one });
    expect(watch.read('results/x/sorted')).toBe('c\nd\n');

    watch.write('.in.txt.swp', 'f\ne\n');
    renameSync(watch.at('.in.txt.swp'), watch.at('in.txt'));
    expect(outline(await watch.events())).toEqual({ changed: [['./in.txt']], ...one });

    rmSync(watch.at('in.txt'));
    watch.write('in.txt', 'h\ng\n');
    watch.write('data/deep/two', '2\n');
    rmSync(watch.at('data/one'));
    expect(outline(await watch.events())).toMatchObject({
      changed: [['./in.txt', 'data/one', 'data/deep/two']],
      ran: 2,
    });
    expect(watch.read('results/x/sorted')).toBe('g\nh\n');
  });

  test('goes on after mistakes, where a file is missing, and after a step that failed', async () => {
    const watch = watchIn({ ...files, 'x.yaml': sorted.replace('command: sort', 'comand: sort') });
    expect(await watch.until('stderr', /watching .*\n$/)).toMatch(
      /unknown key "comand"[^]*nothing was run\nwatching x.yaml; Ctrl-C ends it\n$/,
    );
    watch.write('x.yaml', sorted.replace('sort,', '"sort; exit 3",'));
    expect(await watch.until('stderr', /watching .*\n$/)).toMatch(/^\nchanged: x.yaml\n[^]*exit code 3/);
    rmSync(watch.at('in.txt'));
    expect(await watch.until('stderr', /watching .*\n$/)).toContain('no such file: ./in.txt');
    watch.write('in.txt', '2\n1\n');
    watch.write('x.yaml', sorted);
    expect(await watch.until('stderr', /watching .*\n$/)).toMatch(/x done in/);
    rmSync(watch.at('x.yaml'));
    expect(await watch.until('stderr', /watching .*\n$/)).toContain('no such file or folder: x.yaml');
    watch.write('x.yaml', sorted);
    expect(await watch.until('stderr', /watching .*\n$/)).toMatch(/x done in .* 2 unchanged/);
    watch.child.kill('SIGTERM');
    expect(await watch.code()).toBe(130);
  });

  test('loads a stage of the user’s own anew, and what it imports; also one with a mistake at first', async () => {
    const stage = `
import { defineStage, integer, lines, optional } from 'sluice';
import { change } from './lib/change.ts';
export default defineStage({
  summary: 'Changes', example: 'sluice ./own.ts', reads: lines('text'), writes: lines('text'), options: {},
  run: async function* (input) { for await (const line of input) yield change(line); },
});`;
    const watch = watchIn(
      {
        'x.yaml': 'steps: { a: { stage: ./own.ts, in: ./in.txt } }',
        'in.txt': 'a\n',
        'own.ts': stage,
        'lib/change.ts': 'export const change = (text: string): string => ;',
      },
      '--json',
    );
    expect((await watch.events()).at(-1)?.files).toEqual(['x.yaml', 'own.ts', 'lib/change.ts']);
    expect(watch.told.stderr).toContain('change.ts:1:');
    watch.write('lib/change.ts', 'export const change = (text: string): string => text + text;');
    expect(outline(await watch.events())).toMatchObject({ changed: [['lib/change.ts']], ran: 1 });
    watch.write('lib/change.ts', 'export const change = (text: string): string => text.toUpperCase();');
    await watch.events();
    expect(watch.read('results/x/a.txt')).toBe('A\n');

    watch.write('own.ts', stage.replace('options: {}', "options: { times: optional(integer(1, 'n'), 1) }"));
    await watch.events();
    watch.write('x.yaml', 'steps: { a: { stage: ./own.ts, in: ./in.txt, with: { times: 2 } } }');
    expect(outline(await watch.events())).toMatchObject({ status: 'done', changed: [['x.yaml']] });
  });

  /** Says that it has begun, and goes on once the file `go` is there. */
  const slow = `
params: { word: one }
steps:
  a: { command: "echo begun >&2; until [ -e $HERE/go ]; do sleep 0.02; done; echo \${word} >&2", secrets: [HERE] }
`;

  test('finishes a run before it runs again for what has changed meanwhile', async () => {
    const watch = watchIn({ 'x.yaml': slow, 'p.yaml': 'word: two' }, '--params', 'p.yaml');
    await watch.until('stderr', /│ begun\n/);
    watch.write('p.yaml', 'word: three');
    watch.write('go', '');
    const text = await watch.until('stderr', /watching .*\n$/);
    expect(text).toMatch(/│ two\n[^]*x done[^]*\n\nchanged during the run: p.yaml\n[^]*│ three\n[^]*x done/);
    expect(text).toMatch(/record: .*\n\nchanged/); // it did not wait in between
  });

  test('goes on after a run that was killed', async () => {
    const watch = watchIn({ 'x.yaml': slow });
    await watch.until('stderr', /│ begun\n/);
    await watch.sh(`kill -KILL $(pgrep -P ${watch.child.pid})`);
    await watch.until('stderr', /^warning: the run was ended by SIGKILL\nwatching .*\n$/m);
    watch.write('go', '');
    watch.write('x.yaml', slow.replace('one', 'two'));
    expect(await watch.until('stderr', /watching .*\n$/)).toMatch(/│ two\n[^]*x done in/);
  });

  test('leaves the store to others between two runs', async () => {
    const watch = watchIn(files, '--json');
    await watch.events();
    expect(await watch.sh('sluice cache gc')).toMatchObject({ code: 0 });
  });

  test('tells only failures and warnings, where that is asked for', async () => {
    const watch = watchIn(files, '--quiet');
    await expect.poll(() => existsSync(watch.at('results/x/run.json')), PATIENCE).toBe(true);
    watch.write('in.txt', 'z\n');
    await expect.poll(() => watch.read('results/x/sorted'), PATIENCE).toBe('z\n');
    watch.child.kill('SIGINT');
    expect(await watch.code()).toBe(130);
    expect(watch.told).toEqual({ stdout: '', stderr: '' });
  });

  test.each([
    ['Ctrl-C, which reaches the run, too,', (pid: number) => process.kill(-pid, 'SIGINT')],
    ['a signal to itself alone', (pid: number) => process.kill(pid, 'SIGTERM')],
  ])('%s ends it and the run that is going', async (_, interrupt) => {
    const watch = watchIn({ 'x.yaml': slow });
    await watch.until('stderr', /│ begun\n/);
    interrupt(watch.child.pid!);
    expect(await watch.code()).toBe(130);
    expect(watch.told.stderr).toMatch(/a {2}failed: interrupted\n[^]*x interrupted in[^]*run.json\n$/);
    expect((await watch.sh('ls .sluice/tmp .sluice/locks')).stdout).toBe('.sluice/locks:\n\n.sluice/tmp:');
  });

  test('a second Ctrl-C ends it at once', async () => {
    const stubborn = `steps: { a: { command: "trap 'echo told >&2' TERM; echo begun >&2; while :; do sleep 100.3; done" } }`;
    const watch = watchIn({ 'x.yaml': stubborn });
    await watch.until('stderr', /│ begun\n/);
    process.kill(-watch.child.pid!, 'SIGINT');
    await watch.until('stderr', /│ told\n/);
    process.kill(-watch.child.pid!, 'SIGINT');
    expect(await watch.code()).toBe(130);
    expect(watch.told.stderr).toBe('');
    await expect.poll(async () => (await watch.sh('pgrep -f "sleep 100.[3]"')).stdout, PATIENCE).toBe('');
  });

  test('ends with the run that nobody listens to any longer', async () => {
    const { sh } = newShell();
    await sh('echo "steps: { a: { command: echo } }" > x.yaml');
    expect(await sh('sluice run x.yaml -w --json | head -n 1; echo "${PIPESTATUS[0]}"')).toMatchObject({
      stdout: expect.stringMatching(/^\{"type":"planned".*\n130$/) as string,
      stderr: '',
    });
  });

  test('is no dry run', async () => {
    const { sh } = newShell();
    expect(await sh('echo "steps: {}" > x.yaml; sluice run x.yaml --watch --dry-run')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^USAGE: --watch and --dry-run/) as string,
    });
  });
});

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startProcess } from '../../../pipeline/run/process.ts';
import { temporaryFolder } from '../../folder.ts';

const never = new AbortController().signal;

const lines: string[] = [];
const listener = { said: (line: string) => void lines.push(line), progressed: () => undefined };

const jobIn = (folder: string, command: string[]) => ({
  command,
  environment: process.env,
  workingFolder: folder,
  pipeFolder: folder,
  stdout: { path: join(folder, 'out') },
  ipc: false,
});

async function shell(
  command: string,
  { stdin, signal = never }: { stdin?: string; signal?: AbortSignal } = {},
) {
  const folder = temporaryFolder();
  lines.length = 0;
  if (stdin !== undefined) writeFileSync(join(folder, 'in'), stdin);
  const input = stdin === undefined ? undefined : { path: join(folder, 'in') };
  const job = { ...jobIn(folder, ['bash', '-c', command]), stdin: input };
  const ended = await (await startProcess(job, listener, signal)).ended;
  return { ...ended, lines: [...lines], written: readFileSync(join(folder, 'out'), 'utf8') };
}

test('a process reads its input file, writes its output file, and its errors are told line by line', async () => {
  const { exit, lines, written } = await shell('tr a-z A-Z; printf "one\\ntwo" >&2; exit 3', {
    stdin: 'abc',
  });
  expect({ exit, lines, written }).toEqual({ exit: 3, lines: ['one', 'two'], written: 'ABC' });
});

test('its input is empty where there is none', async () => {
  expect(await shell('wc -c | tr -d " "')).toMatchObject({ exit: 0, written: '0\n' });
});

test('a program that is not there is an error of the system, which names it', async () => {
  const job = jobIn(temporaryFolder(), ['no-such-program']);
  await expect((await startProcess(job, listener, never)).ended).rejects.toMatchObject({
    code: 'ENOENT',
    syscall: 'spawn no-such-program',
    message: 'no-such-program is needed to run this, and is not installed',
  });
});

test('that its pipes cannot be made is an error of the system, too', async () => {
  const job = { ...jobIn(temporaryFolder(), ['true']), pipeFolder: join(temporaryFolder(), 'none') };
  await expect(startProcess(job, listener, never)).rejects.toMatchObject({
    syscall: 'mkfifo',
    message: expect.stringContaining('No such file') as string,
  });
});

test.skipIf(spawnSync('setsid', ['true']).error !== undefined)(
  'what leaves its group as a daemon does is not waited for',
  async () => {
    const { lines, exit } = await shell('setsid sleep 600 & echo $! >&2; sleep 0.2');
    const daemon = Number(lines[0]);
    expect(exit).toBe(0);
    process.kill(daemon); // it runs: the test has not waited for its end
  },
);

test('an interruption ends the process and all that it began', async () => {
  const interruption = new AbortController();
  void setTimeout(200).then(() => interruption.abort());
  // It is told that it ended when the last one that holds its standard error has: here, the sleep.
  const { exit } = await shell('sleep 100 & wait', { signal: interruption.signal });
  expect(exit).toBe('SIGTERM');
});

test('what a process leaves running may speak a moment longer, and is then ended', async () => {
  const { lines } = await shell('{ sleep 0.2; echo late >&2; sleep 1000; } & echo soon >&2');
  expect(lines).toEqual(['soon', 'late']);
});

test('what a process leaves running is ended before its output is read', async () => {
  const { written } = await shell('while sleep 0.01; do echo late; done 2> /dev/null & echo $!');
  const pid = written.split('\n')[0]!;
  await expect
    .poll(() => spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).stdout)
    .toMatch(/^Z|^$/);
});

test('a long line is told in parts', async () => {
  const { lines } = await shell(`head -c 3000000 /dev/zero | tr '\\0' x >&2; echo >&2; echo end >&2`);
  expect(lines.slice(0, -1).join('')).toBe('x'.repeat(3e6));
  expect(lines.at(-1)).toBe('end');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(2e6);
});

test('the memory of a process and its children is measured where the system tells it', async () => {
  const { peakBytes } = await shell(`node -e 'const b = Buffer.alloc(2e8, 1); setTimeout(() => b, 400)'`);
  if (process.platform === 'linux') expect(peakBytes).toBeGreaterThan(2e8);
  else expect(peakBytes).toBeUndefined();
});

test('pipes are pipes to the process, and none of their names is left', async () => {
  const folder = temporaryFolder();
  const command = ['bash', '-c', '[ -p /dev/stdin ] && [ -p /dev/stdout ] && echo told > /dev/stderr && cat'];
  const job = { ...jobIn(folder, command), stdin: 'pipe', stdout: 'pipe' } as const;
  lines.length = 0;
  const { stdin, stdout, ended } = await startProcess(job, listener, never);
  stdin!.end('through');
  expect(await text(stdout!)).toBe('through');
  expect(await ended).toMatchObject({ exit: 0 });
  expect({ lines, left: readdirSync(folder) }).toEqual({ lines: ['told'], left: [] });
});

test('what is written to a process that reads slowly waits', async () => {
  const job = { ...jobIn(temporaryFolder(), ['sleep', '100']), stdin: 'pipe' } as const;
  const interruption = new AbortController();
  const { stdin, ended } = await startProcess(job, listener, interruption.signal);
  let taken = 0;
  stdin!.on('error', () => undefined);
  for (let i = 0; i < 64; i++) stdin!.write(Buffer.alloc(1 << 16), (error) => (taken += error ? 0 : 1));
  await setTimeout(200);
  expect(taken).toBeLessThan(4); // what a pipe holds
  interruption.abort();
  await ended;
  stdin!.destroy();
});

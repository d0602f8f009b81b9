import { readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { lock, tryLock, type Lock } from '../../../pipeline/store/lock.ts';
import { ourselves } from '../../../pipeline/store/owner.ts';
import { temporaryFolder } from '../../folder.ts';
import { newShell, root } from '../../cli/shell.ts';

const never = new AbortController().signal;
const newFile = (): string => join(temporaryFolder(), 'lock');

test('a lock is held by one until it is released, and then leaves nothing', async () => {
  const file = newFile();
  const first = tryLock(file) as Lock;
  expect(tryLock(file)).toEqual({ holder: ourselves });
  const told: string[] = [];
  const second = lock(file, (holder) => told.push(holder), never);
  first.release();
  (await second)!.release();
  expect({ told, left: readdirSync(dirname(file)) }).toEqual({ told: [ourselves], left: [] });
});

test('whoever waits stops waiting when interrupted', async () => {
  const file = newFile();
  tryLock(file);
  const interruption = new AbortController();
  const waiting = lock(file, () => interruption.abort(), interruption.signal);
  expect(await waiting).toBeUndefined();
});

test('the lock of a process that has died is taken over at once', () => {
  const file = newFile();
  const [machine] = ourselves.split('~');
  for (const dead of [`${machine}~4194305~1`, `${machine}~${process.pid}~1`]) {
    writeFileSync(file, dead);
    (tryLock(file) as Lock).release();
  }
});

test('the lock of another machine is taken over when it has said nothing for long', () => {
  const file = newFile();
  writeFileSync(file, 'elsewhere~1~1');
  expect(tryLock(file)).toEqual({ holder: 'elsewhere~1~1' });
  const longAgo = new Date(Date.now() - 120_000);
  utimesSync(file, longAgo, longAgo);
  expect(tryLock(file)).toHaveProperty('release');
});

test('a lock that is removed under its holder does no harm', () => {
  vi.useFakeTimers();
  try {
    const file = newFile();
    const lock = tryLock(file) as Lock;
    rmSync(file);
    vi.advanceTimersByTime(60_000);
    expect(vi.getTimerCount()).toBe(0);
    lock.release();
  } finally {
    vi.useRealTimers();
  }
});

test('processes that want the same lock get it one after the other, though every second holder dies with it', async () => {
  const { folder, sh } = newShell();
  const file = join(folder, 'lock');
  const script = `
    const { lock } = await import('${join(root, 'build/pipeline/store/lock.js')}');
    const { appendFileSync, renameSync, writeFileSync } = await import('node:fs');
    for (let i = 0; i < ${ROUNDS}; i++) {
      const held = await lock('${file}', () => {}, new AbortController().signal);
      appendFileSync('${folder}/log', process.pid + ' in\\n');
      appendFileSync('${folder}/log', process.pid + ' out\\n');
      if (i % 2 === 1) held.release();
      else {
        writeFileSync('dead' + process.pid, '${ourselves.split('~')[0]}~4194305~1');
        renameSync('dead' + process.pid, '${file}');
      }
    }`;
  writeFileSync(join(folder, 'holder.mjs'), script);
  const { stdout } = await sh('for i in 1 2 3 4; do node holder.mjs & done; wait; cat log');
  const lines = stdout.split('\n');
  expect(lines).toHaveLength(4 * 2 * ROUNDS);
  for (let i = 0; i < lines.length; i += 2) expect(lines[i + 1]).toBe(lines[i]!.replace('in', 'out'));
  expect(readdirSync(folder).filter((name) => name.startsWith(basename(file)))).toEqual([]);
});

/** How often each of the processes takes the lock: enough that one often sees a holder die that another has seen, too. */
const ROUNDS = 500;

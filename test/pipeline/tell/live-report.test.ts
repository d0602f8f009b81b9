import xterm from '@xterm/headless';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Event, StepProgress } from '../../../pipeline/outcome.ts';
import type { Size } from '../../../pipeline/tell/telling.ts';
import { chain, failed, hit, independent, linesOf, ran, record, screenOf, tell } from './telling.ts';

const started = (step: string): Event => ({ type: 'started', step, reason: { why: 'new' } });
const said = (step: string, line: string): Event => ({ type: 'said', step, line });
const progressed = (step: string, progress: StepProgress): Event => ({ type: 'progressed', step, progress });

test('what happened scrolls by, and what runs stays below it', async () => {
  const run = tell('live', chain('a', 'bb', 'c'));
  run.events({ type: 'ended', step: 'a', outcome: hit }, started('bb'));
  run.pass(0.1);
  expect(await screenOf(run.told())).toEqual([
    'a   hit',
    'bb  runs (never run before)',
    '',
    'bb  0.1 s',
    '1 of 3 done, 1 runs, 1 waits · 0.1 s',
  ]);
  run.events(
    said('bb', 'hello'),
    progressed('bb', { label: 'epoch 3/20', done: 12, total: 30, note: 'batch 12' }),
  );
  run.pass(12);
  expect(await screenOf(run.told())).toEqual([
    'a   hit',
    'bb  runs (never run before)',
    'bb  │ hello',
    '',
    'bb  12 s  ━━━━──────  40 %  epoch 3/20 batch 12',
    '1 of 3 done, 1 runs, 1 waits · 12 s',
  ]);
  run.events({ type: 'ended', step: 'bb', outcome: ran }, started('c'), {
    type: 'ended',
    step: 'c',
    outcome: ran,
  });
  run.summarize(record({ a: 'hit', bb: 'ran', c: 'ran' }), 'results/x');
  expect(await screenOf(run.told())).toEqual([
    'a   hit',
    'bb  runs (never run before)',
    'bb  │ hello',
    'bb  done in 1.5 s, 64 MB of memory, wrote 1.2 kB',
    'c   runs (never run before)',
    'c   done in 1.5 s, 64 MB of memory, wrote 1.2 kB',
    '',
    'x done in 3.0 s: 2 ran, 1 unchanged',
    '  results: results/x/',
    '  record:  results/x/run.json',
  ]);
});

test('rows are counted, and their rate falls when none come', async () => {
  const run = tell('live', chain('a'));
  run.events(started('a'));
  for (let i = 1; i <= 50; i++) {
    run.events(progressed('a', { label: '', done: i * 100, rows: i * 100 }));
    run.pass(0.1);
  }
  expect((await screenOf(run.told())).at(-2)).toMatch(/^a {2}5\.0 s {2}5,000 rows, (9\d\d|1,000)\/s$/);
  run.pass(95);
  expect((await screenOf(run.told())).at(-2)).toMatch(/^a {2}1 min 40 s {2}5,000 rows, \d\d\/s$/);
});

test('a narrow terminal has no bar, and the ends of long names', async () => {
  const run = tell('live', chain('train@seed=1,units=16', 'b'));
  Object.assign(run.size, { columns: 40 });
  run.events(started('train@seed=1,units=16'), started('b'));
  run.events(
    progressed('train@seed=1,units=16', { label: 'epoch 3/20', done: 5, total: 10, note: 'loss 0.3' }),
  );
  run.events(progressed('b', { label: 'reading', done: 1234567 }));
  run.pass(0.1);
  expect((await screenOf(run.told(), run.size)).slice(-3)).toEqual([
    'train@…its=16  0.1 s   50 %  epoch 3/2…',
    'b              0.1 s  reading 1,234,567',
    '0 of 2 done, 2 run · 0.1 s',
  ]);
});

test('a step that waits for another run, and one that is tried again, say so', async () => {
  const run = tell('live', chain('a'));
  run.events({ type: 'waits', step: 'a', holder: 'process 7' });
  run.pass(1);
  expect((await screenOf(run.told())).at(-2)).toBe('a  1.0 s  waits: process 7 is at work on it');
  run.events(started('a'), { type: 'failedTry', step: 'a', failure: 'exit code 1', seconds: 5 });
  run.pass(2);
  expect(await screenOf(run.told())).toEqual([
    'a  waits: process 7 is at work on it',
    'a  runs (never run before)',
    'a  failed: exit code 1; tries again in 5.0 s',
    '',
    'a  2.0 s  tries again in 3.0 s',
    '0 of 1 done, 1 runs · 3.0 s',
  ]);
});

test('the end of a failed run says what failed, what it said last, what waits for it and how to repeat it', async () => {
  const run = tell('live', chain('a', 'b', 'c'));
  run.events(started('a'));
  run.pass(1);
  run.events(
    { type: 'ended', step: 'a', outcome: failed },
    { type: 'ended', step: 'b', outcome: { state: 'skipped', because: 'a failed' } },
    { type: 'ended', step: 'c', outcome: { state: 'skipped', because: 'b was not run' } },
  );
  run.summarize(record({ a: 'failed', b: 'skipped', c: 'skipped' }), 'results/x');
  expect(await screenOf(run.told())).toEqual([
    'a  runs (never run before)',
    'a  failed: exit code 3',
    'b  not run: it needs a, which failed',
    'c  not run: it needs a, which failed',
    '',
    'a failed after 2.0 s: exit code 3',
    '  │ so',
    '  │ sad',
    '  waiting for it: b, c',
    '  to repeat it: sluice run x.yaml a',
    '',
    'x failed in 3.0 s: 1 failed, 2 not run',
    '  results: results/x/',
    '  record:  results/x/run.json',
  ]);
});

test('hundreds of steps take a few rows, and those with nothing to do none', async () => {
  const run = tell('live', independent(400));
  for (let i = 0; i < 100; i++) run.events({ type: 'ended', step: `s${i}`, outcome: hit });
  for (let i = 100; i < 300; i++) run.events(started(`s${i}`));
  run.pass(0.1);
  const screen = await screenOf(run.told());
  expect(screen.length).toBe(200 + 1 + 11 + 1);
  expect(screen.at(-1)).toBe('100 of 400 done, 200 run (189 not shown), 100 wait · 0.1 s');
});

test('closing leaves nothing behind, stops the clock, and can be done twice', async () => {
  const run = tell('live', chain('a'));
  run.events(started('a'));
  run.pass(1);
  run.events(said('a', 'last words'));
  run.close();
  const { length } = run.told();
  run.close();
  expect(run.isTicking()).toBe(false);
  expect(run.told()).toHaveLength(length);
  expect(await screenOf(run.told())).toEqual(['a  runs (never run before)', 'a  │ last words']);
});

test('nothing is written while nothing changes, and the cursor is never hidden', () => {
  const run = tell('live', []);
  run.pass(0.1);
  const { length } = run.told();
  run.pass(0.01);
  expect(run.told()).toHaveLength(length);
  expect(run.told()).not.toContain('\x1b[?25l');
});

test('what programs write to move the cursor does not reach the terminal', async () => {
  const run = tell('live', chain('a'));
  run.events(
    started('a'),
    said('a', '10 %\r50 %\r100 %\r'),
    said('a', '\x1b[2J\x1b[1;31mred\x1b[0m\x07\tend'),
  );
  run.close();
  expect((await screenOf(run.told())).slice(1)).toEqual(['a  │ 100 %', 'a  │ red    end']);
});

/** A terminal that a run is told on, and that can be resized meanwhile. */
function liveOn(names: readonly string[], { columns: cols, rows }: Size) {
  const terminal = new xterm.Terminal({
    cols,
    rows,
    scrollback: 10_000,
    allowProposedApi: true,
    convertEol: true,
  });
  const run = tell('live', chain(...names), { write: (text) => terminal.write(text) });
  const settle = () => new Promise<void>((resolve) => terminal.write('', resolve));
  const resize = ({ columns, rows }: Size): void => {
    terminal.resize(columns, rows);
    Object.assign(run.size, { columns, rows });
  };
  resize({ columns: cols, rows });
  return { ...run, terminal, settle, resize };
}

const name = fc.string({ minLength: 1, maxLength: 60, unit: fc.constantFrom('a', '-', '日', 'é', 'Z') });
const size = (columns: number, rows: number) =>
  fc.record({ columns: fc.integer({ min: columns, max: 120 }), rows: fc.integer({ min: rows, max: 40 }) });

test('on a terminal of whatever size, each line is there once, and nothing is left half drawn', async () => {
  const names = fc.uniqueArray(name, { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(names, size(2, 1), async (names, size) => {
      const { terminal, settle, ...run } = liveOn(names, size);
      run.events(...names.map(started));
      for (let i = 0; i < 4; i++) {
        run.events(
          said(names[0]!, `line-${i}`),
          progressed(names[0]!, { label: '日本語 '.repeat(i), done: i, total: 3 }),
        );
        run.pass(0.3);
      }
      run.close();
      await settle();
      const text = linesOf(terminal).join('').replaceAll(' ', '');
      for (let i = 0; i < 4; i++) expect(text.split(`line-${i}`)).toHaveLength(2);
      expect(text).not.toMatch(/━|%|done/);
    }),
  );
});

test('a terminal that is resized meanwhile loses no line, and repeats none', async () => {
  const names = fc.uniqueArray(name, { minLength: 1, maxLength: 3 });
  const sizes = fc.array(size(30, 16), { minLength: 2, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(names, sizes, async (names, sizes) => {
      const { terminal, settle, ...run } = liveOn(names, sizes[0]!);
      run.events(...names.map(started));
      for (const [i, size] of sizes.entries()) {
        run.events(
          said(names[0]!, `line-${i}`),
          progressed(names[0]!, { label: 'x'.repeat(200), done: i, total: 9 }),
        );
        run.pass(0.3);
        await settle();
        run.resize(size);
      }
      run.close();
      await settle();
      const text = linesOf(terminal).join('').replaceAll(' ', '');
      for (const i of sizes.keys()) expect(text.split(`line-${i}`)).toHaveLength(2);
    }),
  );
});

import { expect, test } from 'vitest';
import { planToJson } from '../../../pipeline/tell/json-report.ts';
import { chooseManner, inColour } from '../../../pipeline/tell/report.ts';
import { chain, failed, hit, independent, isHit, key, ran, record, runs, tell } from './telling.ts';

const reason = {
  why: 'changed',
  changes: [{ part: 'options.n', before: '1', after: '2'.repeat(500) }],
} as const;

/** The lines that were told, each parsed. */
const parsed = (text: string): unknown[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);

test('a run is drawn only on a terminal that can, with a person at it', () => {
  const asked = { json: false, quiet: false };
  const terminal = true;
  expect(chooseManner(asked, { terminal, environment: { TERM: 'xterm' } })).toBe('live');
  expect(chooseManner(asked, { terminal, environment: { TERM: 'dumb' } })).toBe('lines');
  expect(chooseManner(asked, { terminal, environment: { CI: 'true' } })).toBe('lines');
  expect(chooseManner(asked, { terminal: false, environment: {} })).toBe('lines');
  expect(chooseManner({ ...asked, quiet: true }, { terminal, environment: {} })).toBe('quiet');
  expect(chooseManner({ json: true, quiet: true }, { terminal, environment: {} })).toBe('json');
});

test('it is coloured on a terminal that can, unless NO_COLOR says otherwise', () => {
  expect(inColour({ terminal: true, environment: { NO_COLOR: '' } })).toBe(true);
  expect(inColour({ terminal: true, environment: { NO_COLOR: '1' } })).toBe(false);
  expect(inColour({ terminal: true, environment: { TERM: 'dumb' } })).toBe(false);
  expect(inColour({ terminal: false, environment: {} })).toBe(false);
});

test('in lines, a long step tells now and then how far it is', () => {
  const run = tell('lines', chain('a', 'b'));
  run.events({ type: 'started', step: 'a', reason });
  for (let done = 1; done <= 300; done++) {
    run.pass(0.1);
    run.events({
      type: 'progressed',
      step: 'a',
      progress: { label: 'epoch 1/2', done, total: 300, rows: done },
    });
  }
  run.events({ type: 'ended', step: 'a', outcome: ran }, { type: 'started', step: 'b', reads: 'a' });
  expect(run.told().split('\n')).toEqual([
    `a  runs (changed: options.n 1 → ${'2'.repeat(60)}…${'2'.repeat(59)})`,
    'a  │ 33 %, epoch 1/2, 100 rows, 10/s, after 10 s',
    'a  │ 66 %, epoch 1/2, 200 rows, 10/s, after 20 s',
    'a  │ 100 %, epoch 1/2, 300 rows, 10/s, after 30 s',
    'a  done in 1.5 s, 64 MB of memory, wrote 1.2 kB',
    'b  runs (reads what a writes, by a pipe)',
    '',
  ]);
});

test('in lines, a short step has no line of progress, and there is no cursor to be moved', () => {
  const run = tell('lines', independent(31), { colour: false });
  run.events({ type: 'started', step: 's1', reason: { why: 'forced' } });
  run.pass(9);
  run.events({ type: 'progressed', step: 's1', progress: { label: 'x', done: 1 } });
  run.events({ type: 'ended', step: 's1', outcome: ran }, { type: 'ended', step: 's2', outcome: hit });
  expect(run.told()).toBe('s1   runs (forced)\ns1   done in 1.5 s, 64 MB of memory, wrote 1.2 kB\n');
  expect(run.isTicking()).toBe(false);
});

test('quietly, only what goes wrong is told', () => {
  const run = tell('quiet', chain('a', 'b'));
  run.events(
    { type: 'planned', plan: new Map([['a', runs]]) },
    { type: 'started', step: 'a', reason },
    { type: 'said', step: 'a', line: 'hello' },
    { type: 'ended', step: 'a', outcome: ran },
  );
  run.summarize(record({ a: 'ran' }), 'results/x');
  expect(run.told()).toBe('');
  run.events(
    { type: 'warned', message: 'the remote store does not answer' },
    { type: 'failedTry', step: 'b', failure: 'exit code 3', seconds: 1 },
    { type: 'ended', step: 'b', outcome: failed },
  );
  run.summarize(record({ a: 'ran', b: 'failed' }), 'results/x');
  expect(run.told()).toBe(`warning: the remote store does not answer
b  failed: exit code 3; tries again in 1.0 s
b  failed: exit code 3

b failed after 2.0 s: exit code 3
  │ so
  │ sad
  to repeat it: sluice run x.yaml b
`);
});

test('of the lines that a failed step said last, ten at most are shown', () => {
  const run = tell('quiet', chain('a'));
  const lines = Array.from({ length: 99 }, (_, i) => `line ${i}`);
  run.events({ type: 'ended', step: 'a', outcome: { ...failed, lines } });
  run.summarize(record({ a: 'failed' }), 'results/x');
  expect(run.told().match(/line \d+/g)).toEqual(lines.slice(-10));
});

test('who interrupts a run is not told that its steps failed', () => {
  const run = tell('quiet', chain('a'));
  run.events({ type: 'ended', step: 'a', outcome: { ...failed, failure: 'interrupted' } });
  run.summarize({ ...record({ a: 'failed' }), status: 'interrupted' }, 'results/x');
  expect(run.told()).toBe('a  failed: interrupted\n');
});

test('for a program, each event is a JSON object on a line', () => {
  const run = tell('json', chain('a', 'b', 'c'));
  const time = '2026-01-01T00:00:00.000Z';
  const outputs = { out: { sha256: 'ab'.repeat(32), bytes: 1234 } };
  run.events(
    {
      type: 'planned',
      plan: new Map(Object.entries({ a: isHit, b: runs, c: { state: 'wait', for: ['b'] } })),
    },
    { type: 'ended', step: 'a', outcome: hit },
    { type: 'started', step: 'b', reason },
    { type: 'said', step: 'b', line: 'a\r"line"' },
    { type: 'progressed', step: 'b', progress: { label: 'x', done: 1, rows: 7 } },
    { type: 'ended', step: 'b', outcome: failed },
    { type: 'ended', step: 'c', outcome: { state: 'skipped', because: 'b failed' } },
  );
  run.summarize(record({ a: 'hit', b: 'failed', c: 'skipped' }), 'results/x');
  expect(parsed(run.told())).toEqual([
    { type: 'planned', steps: ['a', 'b', 'c'], time },
    { type: 'decided', step: 'a', state: 'hit', key, time },
    { type: 'decided', step: 'b', state: 'run', reason: 'new', key, time },
    { type: 'decided', step: 'c', state: 'wait', for: ['b'], time },
    { type: 'ended', step: 'a', state: 'hit', outputs, key, time },
    { type: 'started', step: 'b', reason: 'changed', changes: reason.changes, time },
    { type: 'said', step: 'b', line: 'a\r"line"', time },
    { type: 'progressed', step: 'b', label: 'x', done: 1, rows: 7, time },
    {
      type: 'ended',
      step: 'b',
      state: 'failed',
      failure: 'exit code 3',
      lines: ['so', 'sad'],
      seconds: 2,
      repeat: 'sluice run x.yaml b',
      key,
      time,
    },
    { type: 'ended', step: 'c', state: 'skipped', because: 'b failed', cause: 'b', time },
    {
      type: 'finished',
      experiment: 'x',
      status: 'failed',
      seconds: 3,
      ran: 0,
      hit: 1,
      failed: 1,
      skipped: 1,
      results: 'results/x',
      time,
    },
  ]);
});

test('for a program, a plan is a JSON object a step, with whole values', () => {
  const plan = new Map(Object.entries({ a: { ...runs, reason }, b: { state: 'wait', for: ['a'] } as const }));
  expect(parsed(planToJson(plan))).toEqual([
    { step: 'a', state: 'run', reason: 'changed', changes: reason.changes, key },
    { step: 'b', state: 'wait', for: ['a'] },
  ]);
});

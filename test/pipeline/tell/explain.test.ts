import fc from 'fast-check';
import { expect, test } from 'vitest';
import { showDifference } from '../../../pipeline/tell/difference.ts';
import { explain, showChanges } from '../../../pipeline/tell/explain.ts';
import type { Change, KeyParts } from '../../../pipeline/key.ts';
import { countPlan, showPlan } from '../../../pipeline/tell/plan-text.ts';
import { isHit, runs } from './telling.ts';

const change = (part: string, before?: string, after?: string): Change => ({ part, before, after });
const digest = (digit: string): string => digit.repeat(64);
const module = (name: string): Change => change(`code.${name}`, digest('a'), digest('b'));

test('short values are shown whole, digests by their first digits', () => {
  expect(
    showChanges([change('options.epochs', '20', '4'), change('inputs.in', digest('a'), digest('b'))]),
  ).toEqual(['options.epochs 20 → 4', 'inputs.in aaaaaaaa → bbbbbbbb']);
  expect(showChanges([change('options.of', undefined, '["a"]'), change('options.at', '1')])).toEqual([
    'options.of is new (["a"])',
    'options.at is gone (was 1)',
  ]);
  expect(
    showChanges([change('code.a.ts', digest('a')), change('options.x', undefined, 'y'.repeat(500))]),
  ).toEqual([`options.x is new (${'y'.repeat(30)}…${'y'.repeat(29)})`, 'code.a.ts is gone (was aaaaaaaa)']);
});

test('of a long command, what differs is shown, and a little around it', () => {
  const before = "awk '{ print length, $0 }' | sort -rn | head -n 3 | tee longest.txt | wc -l > count.txt";
  const after = before.replace('head -n 3', 'head -n 30');
  expect(showDifference(before, after)).toBe(
    '… -rn | head -n 3 | tee longest.t… → … -rn | head -n 30 | tee longest.t…',
  );
});

test.each([
  ['set -e\nfirst\nsecond', 'set -e\nfirst\nthird', 'line 3: second → third'],
  ['set -e\nsort', 'set -e\ncut -f 1\nsort', 'line 2 is new (cut -f 1)'],
  ['a\na\nb\n', 'a\nb\n', 'line 2 is gone (was a)'],
  ['a\nb\nc\nd', 'a\nx\ny\nz\nd', 'line 2: b → x, and 2 more'],
  ['sort', 'sort -u\nhead', 'sort → sort -u\\nhead'],
])('of a command of several lines, the first that differs is shown: %j', (before, after, shown) => {
  expect(showDifference(before, after)).toBe(shown);
});

test('a difference is on one line, and not long, whatever differs', () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 400 }),
      fc.string({ maxLength: 400 }),
      fc.string({ maxLength: 400 }),
      (a, b, c) => {
        const shown = showDifference(`${a}${b}${c}`, `${a}x${c}`);
        expect(shown).not.toMatch(/\p{Cc}/u);
        expect(shown.length).toBeLessThan(400);
      },
    ),
  );
});

test('many modules that changed are one text, after all other changes', () => {
  const names = Array.from({ length: 40 }, (_, i) => `src/${i}.ts`);
  const code = Object.fromEntries([...names, 'npm:yaml'].map((name) => [name, digest('b')]));
  const parts: KeyParts = { format: 2, code, inputs: {}, outputs: {} };
  const changes = [
    ...names.slice(0, 7).map(module),
    change('options.n', '1', '2'),
    change('code.npm:yaml', '1', '2'),
  ];
  expect(showChanges(changes, parts)).toEqual([
    'options.n 1 → 2',
    'code.npm:yaml 1 → 2',
    'code: 7 of 40 modules changed: src/0.ts, src/1.ts, src/2.ts, src/3.ts and 3 more',
  ]);
  expect(explain({ why: 'changed', changes: names.slice(0, 3).map(module) })).toBe(
    'changed: code: 3 modules changed: src/0.ts, src/1.ts, src/2.ts',
  );
});

test('a plan is a line a step, and how many there are of each kind', () => {
  const changes = [change('options.n', '1', '2'), change('options.m', '1', '2')];
  const plan = new Map(
    Object.entries({
      a: isHit,
      bb: { ...runs, reason: { why: 'changed', changes } } as const,
      c: { state: 'wait', for: ['bb'] } as const,
    }),
  );
  expect(showPlan(plan, { colour: false, explain: true }))
    .toBe(`hit   a   nothing that decides its outputs has changed
run   bb  changed: options.n 1 → 2, and 1 more
      - options.n 1 → 2
      - options.m 1 → 2
wait  c   after bb; runs if what it reads comes out different
`);
  expect(countPlan(plan)).toBe('would run: 1, wait for those: 1, hits: 1\n');
  expect(countPlan(new Map([['a', isHit]]))).toBe('would run: 0, hits: 1\n');
});

import { expect, test } from 'vitest';
import { checkNames, expandNames, orderSteps, selectSteps, withDependents } from '../../pipeline/graph.ts';
import { commandStep, experiment } from './stages.ts';

const at = { file: 'x.yaml' };
const step = (name: string, from?: string) =>
  commandStep(name, 'cat', from === undefined ? {} : { inputs: { in: { step: from, output: 'out', at } } });

test('a chain of 20,000 steps, written backwards, is put in order', () => {
  const count = 20_000;
  const steps = Array.from({ length: count }, (_, i) =>
    step(`s${i}`, i + 1 < count ? `s${i + 1}` : undefined),
  );
  const ordered = orderSteps(steps);
  expect(ordered.ok && ordered.value.map(({ name }) => name)).toEqual(
    steps.map(({ name }) => name).toReversed(),
  );
});

test('a step that needs itself is a circle', () => {
  expect(orderSteps([step('a', 'a')])).toMatchObject({
    ok: false,
    problems: [{ message: expect.stringContaining('a → a') }],
  });
});

const yaml = `
steps:
  a: { command: echo }
  b: { command: cat, in: a }
  c: { stage: fit, in: b, with: { epochs: 1 } }
  d: { stage: fit, in: a, with: { epochs: 1, base: c } }
  e: { command: "tr a-z A-Z < /dev/stdin", in: c.log }`;

test('selecting a step selects all that it needs, and no more', async () => {
  const parsed = await experiment(yaml);
  expect(selectSteps(parsed, ['c']).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  expect(selectSteps(parsed, [])).toHaveLength(5);
  expect(checkNames(parsed, ['e', 'bb'])).toMatchObject({
    ok: false,
    problems: [{ message: 'no step "bb"' }],
  });
});

test('a step is selected together with all that come after it', async () => {
  const yaml =
    'steps:\n  a: { command: x }\n  b: { command: y, in: a }\n  c: { command: z, in: b }\n  d: { command: w }';
  expect(withDependents(await experiment(yaml), ['b'])).toEqual(['b', 'c']);
  expect(withDependents(await experiment(yaml), [])).toEqual([]);
});

test('the name of a matrix stands for all of its steps', async () => {
  const parsed = await experiment(`
steps:
  a: { matrix: { s: [1, 2] }, command: echo }
  b: { matrix: { s: [1, 2] }, command: cat, in: a }
  c: { command: ls, files: { all: b } }`);
  const selected = (...names: string[]) => selectSteps(parsed, names).map(({ name }) => name);
  expect(selected('b')).toEqual(['a-s=1', 'a-s=2', 'b-s=1', 'b-s=2']);
  expect(selected('b-s=2')).toEqual(['a-s=2', 'b-s=2']);
  expect(expandNames(parsed, ['c', 'b', 'a-s=2'])).toEqual(['a-s=2', 'b-s=1', 'b-s=2', 'c']);
  expect(checkNames(parsed, ['a', 'b-s=1', 'c'])).toEqual({ ok: true, value: undefined });
  expect(checkNames(parsed, ['b-s=3'])).toMatchObject({
    ok: false,
    problems: [{ hint: 'did you mean b-s=1?' }],
  });
});

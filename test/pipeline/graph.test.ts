import { expect, test } from 'vitest';
import { checkNames, orderSteps, selectSteps, withDependents } from '../../pipeline/graph.ts';
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

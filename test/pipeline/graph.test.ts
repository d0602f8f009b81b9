import { expect, test } from 'vitest';
import { toMermaid } from '../../pipeline/graph-text.ts';
import { checkNames, orderSteps, selectSteps } from '../../pipeline/graph.ts';
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

test('the graph is printed as Mermaid, with the names of what is no plain pipe', async () => {
  expect(toMermaid((await experiment(yaml)).steps)).toBe(`flowchart LR
  s0[/"a<br/><small>echo</small>"/]
  s1[/"b<br/><small>cat</small>"/]
  s2["c<br/><small>fit</small>"]
  s3["d<br/><small>fit</small>"]
  s4[/"e<br/><small>tr a-z A-Z &lt; /dev/stdin</small>"/]
  s0 --> s1
  s1 --> s2
  s0 --> s3
  s2 -->|base| s3
  s2 -->|log| s4
`);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, digestOf } from '../../pipeline/digest.ts';
import type { CommandStep } from '../../pipeline/experiment.ts';
import { compareKeys, keyOf, keyParts, type KeyParts } from '../../pipeline/key.ts';
import { showChange } from '../../pipeline/tell/explain.ts';
import { experiment } from './stages.ts';

const tool = { code: { 'a.js': '1' }, toolchain: { engine: '2' } };
const surroundings = { tool: () => Promise.resolve(tool), environment: { SET: '1' } };
const inputs = { in: digestOf('x') };

async function partsOf(yaml: string): Promise<KeyParts> {
  const { steps } = await experiment(`steps:\n  s: ${yaml}`);
  return keyParts(steps[0]!, inputs, surroundings);
}

test('the key of a step is made of what decides its outputs, and nothing else', async () => {
  expect(await partsOf('{ stage: fetch, with: { from: /somewhere, sha256: abc } }')).toEqual({
    format: 2,
    stage: 'fetch',
    code: {},
    options: { sha256: 'abc' },
    inputs,
    outputs: { out: '' },
    toolchain: { engine: '2' },
  });
  const fit = await partsOf('{ stage: fit, in: ./x, with: { epochs: 2, base: ./y } }');
  expect(fit).toMatchObject({ code: { 'a.js': '1' }, options: { epochs: 2 }, outputs: { log: '', out: '' } });
  const spelt = await partsOf('{ stage: count, in: ./x, with: { times: 1 } }');
  expect(keyOf(spelt)).toBe(keyOf(await partsOf('{ stage: count, in: ./x }')));
});

test('the environment variables that a command declares are in its key, with their values', async () => {
  const { steps } = await experiment('steps:\n  s: { command: x }');
  const step = { ...(steps[0] as CommandStep), env: { SET: null, UNSET: null, GIVEN: 'here' } };
  const parts = await keyParts(step, {}, surroundings);
  expect(parts.environment).toEqual({ SET: '1', UNSET: null, GIVEN: 'here' });
});

test('whether an output is a file or a folder is in the key', async () => {
  const file = await partsOf('{ command: x, outputs: { model: m } }');
  const folder = await partsOf('{ command: x, outputs: { model: m/ } }');
  expect([file.outputs, folder.outputs]).toEqual([
    { out: '', model: 'm' },
    { out: '', model: 'm/' },
  ]);
});

test('two keys are compared part by part', async () => {
  const before = await partsOf('{ stage: count, in: ./x, with: { times: 2 } }');
  const after = {
    ...(await partsOf('{ stage: count, in: ./x, with: { times: 3, of: [a] } }')),
    inputs: { in: digestOf('y') },
  };
  expect(compareKeys(before, before)).toEqual([]);
  expect(compareKeys(before, after).map(showChange)).toEqual([
    'options.times 2 → 3',
    `inputs.in ${digestOf('x').slice(0, 8)} → ${digestOf('y').slice(0, 8)}`,
    'options.of is new (["a"])',
  ]);
});

test('canonical JSON is the same for the same value, however it was put together', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const backwards = Object.fromEntries(Object.entries(value).toReversed());
      expect(canonicalJson(backwards)).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseExperiment } from '../pipeline/yaml/parse.ts';
import { writeSchema } from '../scripts/schema.ts';
import { loadStage, stageNames } from '../src/cli/catalog.ts';
import { root } from './cli/shell.ts';

const config = join(root, 'config');
const read = (file: string): string => readFileSync(join(config, file), 'utf8');
const schema = read('experiment.schema.json');
const isValid = new Ajv({ strict: true, strictTypes: false, strictRequired: false }).compile(
  JSON.parse(schema),
);

/** Whether the runner takes it, too. */
const runs = async (yaml: string): Promise<boolean> => {
  const catalog = { names: stageNames, load: loadStage };
  return (await parseExperiment('x.yaml', yaml, { catalog, overrides: {} })).ok;
};

test('config/experiment.schema.json is what the grammar and the declarations say', async () => {
  expect(schema).toBe(await writeSchema());
});

test.each(readdirSync(config).filter((name) => name.endsWith('.yaml')))('it takes config/%s', (name) => {
  expect(isValid(parse(read(name))), JSON.stringify(isValid.errors)).toBe(true);
  expect(read(name)).toMatch(/^# yaml-language-server: \$schema=experiment\.schema\.json$/m);
});

test("it takes README's experiment", () => {
  const [, yaml] = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^```yaml\n([^]*?)^```$/gm)].at(
    -1,
  )!;
  expect(isValid(parse(yaml!)), JSON.stringify(isValid.errors)).toBe(true);
});

describe('it takes what the runner takes', () => {
  test.each([
    'a: { command: x, env: [A], secrets: [B], files: [./x], outputs: { o: y/ } }',
    'a: { command: x, env: { A: 1, B: null }, files: { x: ./y } }',
    'a: { command: x, retries: 2, timeout: 10m, cores: 2, memory: 1.5 GiB }',
    'a: { command: x, retries: "${n}", timeout: "${n}", cores: "${n}", memory: "${n}" }',
    'a: { command: x, matrix: { b: [1, [2, 3], x], c: "${list}" }, extension: "${text}" }',
    'a: { stage: split, in: ./x }',
    'a: { stage: split, in: ./x, with: }',
    'a: { stage: train, in: ./x, with: { units: [16, "${n}"], epochs: "${n}", fit: ["${split}"] } }',
    'a: { stage: evaluate, in: ./x, with: { model: ./m, on: [test] } }',
  ])('%s', async (step) => {
    const yaml = `params: { n: 1, list: [1], text: txt, split: train }\nsteps:\n  ${step}`;
    expect(isValid(parse(yaml)), JSON.stringify(isValid.errors)).toBe(true);
    expect(await runs(yaml)).toBe(true);
  });
});

describe('it refuses what the runner refuses', () => {
  test.each([
    'steps: {}',
    'steps: { a: { command: x } }\nextra: 1',
    'steps: { 2a: { command: x } }',
    'steps: { a: { } }',
    'steps: { a: x }',
    'params: { a: { type: whole } }\nsteps: { a: { command: x } }',
    'params: { a: { default: 1, mni: 0 } }\nsteps: { a: { command: x } }',
    'params: { a: [[1]] }\nsteps: { a: { command: x } }',
    'params: [a]\nsteps: { a: { command: x } }',
    ...[
      '{ command: " " }',
      '{ command: x, stage: train }',
      '{ command: x, with: {} }',
      '{ command: x, retires: 1 }',
      '{ command: x, retries: -1 }',
      '{ command: x, timeout: soon }',
      '{ command: x, cores: 0.5 }',
      '{ command: x, memory: 4 G }',
      '{ command: x, env: [A-] }',
      '{ command: x, env: { A: [1] } }',
      '{ command: x, secrets: { A: 1 } }',
      '{ command: x, files: [1] }',
      '{ command: x, files: { ../x: ./y } }',
      '{ command: x, outputs: { out: y } }',
      '{ command: x, outputs: { o: /y } }',
      '{ command: x, outputs: [y] }',
      '{ command: x, extension: ../y }',
      '{ command: x, matrix: {} }',
      '{ command: x, matrix: { a: 1 } }',
      '{ command: x, matrix: { a: [] } }',
      '{ command: x, matrix: { a: [{ b: 1 }] } }',
      '{ stage: tarin, in: ./x }',
      '{ stage: split }',
      '{ stage: split, in: ./x, env: [A] }',
      '{ stage: split, in: ./x, with: { validatoin: 1 } }',
      '{ stage: split, in: ./x, with: { validation: many } }',
      '{ stage: split, in: ./x, with: [validation] }',
      '{ stage: train, in: ./x, with: { history: ./y } }',
      '{ stage: train, in: ./x, with: { units: [16, -1] } }',
      '{ stage: train, in: ./x, with: { optimizer: adadelta } }',
      '{ stage: train, in: ./x, with: { checkpoint: ./c } }',
      '{ stage: train, in: ./x, with: { resume: ./c } }',
      '{ stage: evaluate, in: ./x }',
      '{ stage: evaluate, in: ./x, with: {} }',
      '{ stage: download, in: ./x, with: { url: x, sha256: x } }',
      '{ stage: download, with: { url: x, sha256: x } }',
    ].map((step) => `steps: { a: ${step} }`),
  ])('%s', async (yaml) => {
    expect(isValid(parse(yaml))).toBe(false);
    expect(await runs(yaml)).toBe(false);
  });
});

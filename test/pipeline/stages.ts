import * as v from 'valibot';
import { bytes, nothing } from '../../src/formats/bytes.ts';
import { choice, inputFile, integer, list, locator, outputFile, text } from '../../src/options.ts';
import { defineStage, type AnyStage } from '../../src/stage.ts';
import type { Overrides } from '../../pipeline/yaml/params.ts';
import { parseExperiment } from '../../pipeline/yaml/parse.ts';
import { formatProblem } from '../../pipeline/problem.ts';
import type { CommandStep, Experiment } from '../../pipeline/experiment.ts';

const raw = bytes('bytes', 'bin');
const pass = { reads: raw, writes: raw, example: '', run: (input: AsyncIterable<Uint8Array>) => input };

/** Stages that do nothing, for tests of what is around them. */
const stages: Record<string, AnyStage> = {
  fetch: defineStage({
    ...pass,
    summary: 'fetches',
    reads: nothing,
    options: { from: locator('where it lies'), sha256: text('its digest') },
  }),
  count: defineStage({
    ...pass,
    summary: 'counts',
    options: {
      times: v.optional(integer(1, 'how often'), 1),
      of: v.optional(list(choice(['a', 'b'], ''), 'what')),
    },
  }),
  fit: defineStage({
    ...pass,
    summary: 'fits',
    options: {
      epochs: integer(1, 'how long'),
      base: v.optional(inputFile('')),
      log: v.optional(outputFile('log.txt', '')),
    },
    toolchain: ({ base }) => (base === undefined ? 'wasm' : 'tensorflow'),
  }),
};

/** These stages, and one at a path. */
export const catalog = {
  names: Object.keys(stages),
  load: (name: string) => {
    const stage = name === './count.ts' ? stages['count'] : stages[name];
    if (stage === undefined) return Promise.reject(new Error(`no module at ${name}`));
    return Promise.resolve({ stage, module: new URL('./stages.ts', import.meta.url) });
  },
};

export const parse = (yaml: string, overrides: Overrides = {}) =>
  parseExperiment('x.yaml', yaml, { catalog, overrides });

/** An experiment that must be free of mistakes. */
export async function experiment(yaml: string, overrides: Overrides = {}): Promise<Experiment> {
  const result = await parse(yaml, overrides);
  if (!result.ok) throw new Error(result.problems.map(formatProblem).join('\n'));
  return result.value;
}

/** The mistakes in an experiment, as a person reads them. */
export async function mistakes(yaml: string, overrides: Overrides = {}): Promise<string[]> {
  const result = await parse(yaml, overrides);
  return result.ok ? [] : result.problems.map(formatProblem);
}

/** A step that runs a command, and has nothing else but what is given. */
export const commandStep = (name: string, command: string, more: Partial<CommandStep> = {}): CommandStep => ({
  kind: 'command',
  name,
  family: name,
  at: { file: 'x.yaml' },
  command,
  inputs: {},
  outputs: [],
  env: {},
  secrets: [],
  limits: { retries: 0, cores: 1 },
  ...more,
});

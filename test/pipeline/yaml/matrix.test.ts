import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { combine, nameOf } from '../../../pipeline/yaml/matrix.ts';
import { experiment, mistakes } from '../stages.ts';

/** What a step reads, as `input: step.output`. */
async function inputsOf(yaml: string): Promise<Record<string, string[]>> {
  const { steps } = await experiment(yaml);
  return Object.fromEntries(
    steps.map(({ name, inputs }) => [
      name,
      Object.entries(inputs).map(([input, source]) =>
        'step' in source ? `${input}: ${source.step}.${source.output}` : `${input}: ${source.path}`,
      ),
    ]),
  );
}

describe('a matrix', () => {
  test('makes a step of each combination, whose values stand for parameters', async () => {
    const { steps } = await experiment(`
params: { times: 7 }
steps:
  count:
    matrix: { times: [1, 2], of: [[a], [a, b]] }
    stage: count
    in: ./x
    with: { times: "\${times}", of: "\${of}" }
  other: { stage: count, in: ./x, with: { times: "\${times}" } }`);
    expect(
      steps.map(({ name, family, ...step }) => [name, family, 'options' in step && step.options]),
    ).toEqual([
      ['count-times=1-of=a', 'count', { times: 1, of: ['a'] }],
      ['count-times=1-of=axb', 'count', { times: 1, of: ['a', 'b'] }],
      ['count-times=2-of=a', 'count', { times: 2, of: ['a'] }],
      ['count-times=2-of=axb', 'count', { times: 2, of: ['a', 'b'] }],
      ['other', 'other', { times: 7 }],
    ]);
    expect(steps[0]!.outputs[0]!.fileName).toBe('count-times=1-of=a.bin');
  });

  test('names its steps with letters of any alphabet, and nothing that a path or a shell takes for something else', async () => {
    const yaml = 'steps: { a: { matrix: { of: [naïve, 日本語, a/b, "$c", d.e] }, command: "echo ${of}" } }';
    expect(Object.keys(await inputsOf(yaml))).toEqual([
      'a-of=naïve',
      'a-of=日本語',
      'a-of=a_b',
      'a-of=_c',
      'a-of=d.e',
    ]);
  });

  test('may take its values from a parameter', async () => {
    const yaml =
      'params: { seeds: [1, 2], last: 3 }\nsteps: { a: { matrix: { s: "${seeds}", t: [0, "${last}"] }, command: "echo ${s}${t}" } }';
    expect(Object.keys(await inputsOf(yaml))).toEqual(['a-s=1-t=0', 'a-s=1-t=3', 'a-s=2-t=0', 'a-s=2-t=3']);
  });

  const scalar = fc.oneof(
    fc.integer(),
    fc.double({ noNaN: true }),
    fc.boolean(),
    fc.string(),
    fc.constant(null),
  );
  const axes = fc.dictionary(
    fc.stringMatching(/^[a-z]{1,5}$/),
    fc.array(fc.oneof(scalar, fc.array(scalar, { maxLength: 3 })), { minLength: 1, maxLength: 3 }),
    { maxKeys: 3 },
  );

  test('has every combination once, and names that a shell takes as they are', () => {
    fc.assert(
      fc.property(axes, (given) => {
        const all = combine(given);
        expect(all).toHaveLength(Object.values(given).reduce((product, { length }) => product * length, 1));
        for (const [axis, values] of Object.entries(given))
          for (const value of values) expect(all.some((one) => Object.is(one[axis], value))).toBe(true);
        for (const one of all) expect(nameOf('step', one)).toMatch(/^step(-[a-z]+=[\w.-]*)*$/);
      }),
    );
  });

  test('names steps differently wherever its values are written differently', () => {
    const values = fc.uniqueArray(
      fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
      {
        selector: (value) => String(value).replace('+', '_'),
      },
    );
    fc.assert(
      fc.property(values, values, (a, b) => {
        const names = combine({ a, b }).map((one) => nameOf('step', one));
        expect(new Set(names).size).toBe(a.length * b.length);
      }),
    );
  });
});

const train =
  'train: { matrix: { seed: [1, 2], rate: [0.1, 0.2] }, stage: fit, in: ./x, with: { epochs: "${seed}" } }';

describe('a step that reads a matrix', () => {
  test('reads the step with the same values', async () => {
    const inputs = await inputsOf(`
steps:
  ${train}
  use: { matrix: { rate: [0.2, 0.1], seed: [2], more: [x] }, stage: count, in: train.log }`);
    expect(inputs).toMatchObject({
      'use-rate=0.2-seed=2-more=x': ['in: train-seed=2-rate=0.2.log'],
      'use-rate=0.1-seed=2-more=x': ['in: train-seed=2-rate=0.1.log'],
    });
  });

  test('reads one by its name, whose values may have points in them', async () => {
    const inputs = await inputsOf(`
steps:
  ${train}
  a: { stage: count, in: train-seed=1-rate=0.1 }
  b: { stage: count, in: train-seed=1-rate=0.2.log }`);
    expect(inputs).toMatchObject({
      a: ['in: train-seed=1-rate=0.1.out'],
      b: ['in: train-seed=1-rate=0.2.log'],
    });
  });

  test('reads all that it has no value for as a folder', async () => {
    const inputs = await inputsOf(`
steps:
  ${train}
  all: { command: ls, files: { models: train } }
  some: { command: ls, matrix: { seed: [2] }, files: { logs: train.log } }`);
    expect(inputs).toMatchObject({
      all: [
        './models/seed=1-rate=0.1.bin: train-seed=1-rate=0.1.out',
        './models/seed=1-rate=0.2.bin: train-seed=1-rate=0.2.out',
        './models/seed=2-rate=0.1.bin: train-seed=2-rate=0.1.out',
        './models/seed=2-rate=0.2.bin: train-seed=2-rate=0.2.out',
      ],
      'some-seed=2': [
        './logs/seed=2-rate=0.1.log.txt: train-seed=2-rate=0.1.log',
        './logs/seed=2-rate=0.2.log.txt: train-seed=2-rate=0.2.log',
      ],
    });
  });

  test.each([
    [
      'a: { stage: count, in: «train» }',
      'train is a matrix of 4 steps, where one file is needed',
      'give this step a matrix of seed and rate, too, or name one, such as train-seed=1-rate=0.1',
    ],
    [
      'a: { stage: count, matrix: { seed: [1] }, in: «train» }',
      'train is a matrix of 4 steps, where one file is needed',
      'give this step a matrix of rate, too, or name one, such as train-seed=1-rate=0.1',
    ],
    [
      'a: { command: x, matrix: { seed: [3, 3.5], rate: [0.1] }, files: { y: «train» } }',
      'train has no step with seed=3, rate=0.1',
      'there are: train-seed=1-rate=0.1, train-seed=1-rate=0.2, train-seed=2-rate=0.1, train-seed=2-rate=0.2',
    ],
    [
      'a: { stage: count, in: «train-seed=1-rate=0.3» }',
      'no step "train-seed=1-rate=0.3"',
      "did you mean train-seed=1-rate=0.1? (a file's path has a slash: ./train-seed=1-rate=0.3)",
    ],
    ['a: { command: x, files: { y: «train.model» } }', 'train has no output "model"', 'there are: out, log'],
  ])('is told of the mistake in %s', async (marked, message, hint) => {
    const column = marked.indexOf('«');
    const width = marked.indexOf('»') - column - 1;
    const step = marked.replaceAll(/[«»]/g, '');
    const [found] = await mistakes(`steps:\n  ${train}\n  ${step}`);
    expect(found).toBe(
      `x.yaml:3:${column + 3}: ${message}\n  3 |   ${step}\n    |   ${' '.repeat(column)}${'^'.repeat(width)}\n  → ${hint}`,
    );
  });
});

describe('mistakes in a matrix', () => {
  test.each([
    ['«3»', '"matrix" is 3: expected a map of names to values', undefined],
    ['«{}»', '"matrix" is {}: expected a map that is not empty', undefined],
    ['{ s: «[]» }', '"s" is []: expected a list that is not empty', undefined],
    ['{ s: «5» }', '"s" is 5: expected a list', undefined],
    ['{ s: «"${n}"» }', '"s" is 1: expected a list', undefined],
    [
      '{ s: [1, «{ a: 1 }»] }',
      '"s" has {"a":1}: expected text, a number, true or false, or a list of these',
      undefined,
    ],
    ['{ «2s»: [1] }', '"2s" can\'t stand here: expected letters, digits and _, no digit first', undefined],
    [
      '{ s: [a b, «a_b»] }',
      '"a_b" and "a b" give two steps the same name, s=a_b',
      'leave one of them out, or write them differently',
    ],
    [
      '{ s: [1, «"1"»] }',
      '"1" and 1 give two steps the same name, s=1',
      'leave one of them out, or write them differently',
    ],
    ['{ s: [«"${m}"»] }', 'no parameter "m"', "did you mean n? (a shell's variable is written $m)"],
  ])('are told: %s', async (marked, message, hint) => {
    const start = '  a: { command: x, matrix: ';
    const column = start.length + marked.indexOf('«');
    const width = marked.indexOf('»') - marked.indexOf('«') - 1;
    const line = `${start}${marked.replaceAll(/[«»]/g, '')} }`;
    expect(await mistakes(`params: { n: 1 }\nsteps:\n${line}`)).toEqual([
      `x.yaml:3:${column + 1}: ${message}\n  3 | ${line}\n    | ${' '.repeat(column)}${'^'.repeat(width)}` +
        (hint === undefined ? '' : `\n  → ${hint}`),
    ]);
  });

  test('are told once, however many steps it makes; what differs is told of each', async () => {
    const values = '[0, -1, 1]';
    const found = await mistakes(
      `steps: { a: { matrix: { n: ${values} }, stage: count, in: ./x, wiht: 1, with: { times: "\${n}" } } }`,
    );
    expect(found.map((text) => text.split('\n')[0])).toEqual([
      'x.yaml:1:65: unknown key "wiht"',
      'x.yaml:1:89: "times" is 0: expected a whole number of at least 1',
      'x.yaml:1:89: "times" is -1: expected a whole number of at least 1',
    ]);
  });

  test('include more steps than anybody means', async () => {
    const list = `[${Array.from({ length: 101 }, (_, i) => i).join(', ')}]`;
    expect(await mistakes(`steps: { a: { matrix: { b: ${list}, c: ${list} }, command: x } }`)).toEqual([
      expect.stringContaining('a matrix of 10201 steps'),
    ]);
  });

  test('include steps that need each other', async () => {
    const found = await mistakes(`
steps:
  a: { matrix: { s: [1, 2] }, command: x, in: b }
  b: { matrix: { s: [1, 2] }, command: x, in: a }`);
    expect(found).toEqual([
      expect.stringContaining('steps need each other in a circle: a-s=1 → b-s=1 → a-s=1'),
    ]);
  });
});

import { describe, expect, test } from 'vitest';
import { experiment, mistakes } from '../stages.ts';

const firstLines = (found: readonly string[]): string[] => found.map((text) => text.split('\n')[0]!);

describe('parameters', () => {
  const yaml = `
params: { n: 2, name: x, both: [a, b] }
steps:
  a: { stage: count, in: ./in, with: { times: "\${n}", of: "\${both}" } }
  b: { command: "head -n \${n} > \${name}-\${n}", in: a }`;

  test('keep their type where they stand alone, and become text within text', async () => {
    const { steps, params } = await experiment(yaml);
    expect(params).toEqual({ n: 2, name: 'x', both: ['a', 'b'] });
    expect(steps[0]).toMatchObject({ options: { times: 2, of: ['a', 'b'] } });
    expect(steps[1]).toMatchObject({ command: 'head -n 2 > x-2' });
  });

  test('are replaced by a file, and that by single settings', async () => {
    const overrides = { file: { name: 'p.yaml', text: 'n: 5\nname: y' }, set: ['n=7'] };
    expect((await experiment(yaml, overrides)).params).toEqual({ n: 7, name: 'y', both: ['a', 'b'] });
  });

  test('that are not there are mistakes, wherever they are named', async () => {
    expect(await mistakes('params: { words: 1 }\nsteps:\n  a: { command: "echo ${word}" }')).toEqual([
      `x.yaml:3:17: no parameter "word"
  3 |   a: { command: "echo \${word}" }
    |                 ^^^^^^^^^^^^^^
  → did you mean words? (a shell's variable is written $word)`,
    ]);
    const overrides = { file: { name: 'p.yaml', text: 'm: 5' }, set: ['nam=1', 'n'] };
    expect(await mistakes(yaml, overrides)).toEqual([
      'p.yaml:1:1: no parameter "m"\n  1 | m: 5\n    | ^\n  → did you mean n?',
      '--set: no parameter "nam"\n  → did you mean name?',
      '--set: "n" is not name=value',
    ]);
  });

  test('must not name each other', async () => {
    const found = await mistakes(
      'params: { a: "${b}", b: [x, "${a}"], c: 1 }\nsteps: { a: { command: x } }',
      { set: ['c=${a}'] },
    );
    expect(firstLines(found)).toEqual([
      '--set: parameter "c" names another',
      'x.yaml:1:14: parameter "a" names another',
      'x.yaml:1:25: parameter "b" names another',
    ]);
  });
});

describe('the type of a parameter', () => {
  const yaml = `
params:
  words: 10000
  rate: 1.0
  shuffle: true
  name: x
  units: [16]
  any: null
  seed: { type: integer, default: 1, min: 0, max: 9, description: of the weights }
  share: { type: number, default: 1 }
  mode: { choices: [fast, exact], default: fast }
  splits: { type: list, default: [train], choices: [train, test] }
steps: { a: { command: x } }`;

  test.each([
    ['words=5', { words: 5 }],
    ['rate=0.5', { rate: 0.5 }],
    ['rate=2', { rate: 2 }],
    ['share=0.5', { share: 0.5 }],
    ['shuffle=false', { shuffle: false }],
    ['name=123', { name: '123' }],
    ['name=null', { name: 'null' }],
    ['name=a: b # c', { name: 'a: b # c' }],
    ['name="a b"', { name: 'a b' }],
    ['name=', { name: '' }],
    ['units=[32, 32]', { units: [32, 32] }],
    ['units=[]', { units: [] }],
    ['any=3', { any: 3 }],
    ['any=[x]', { any: ['x'] }],
    ['seed=9', { seed: 9 }],
    ['mode=exact', { mode: 'exact' }],
    ['splits=[test]', { splits: ['test'] }],
  ])('takes --set %s', async (setting, params) => {
    expect((await experiment(yaml, { set: [setting] })).params).toMatchObject(params);
  });

  test.each([
    ['words=abc', 'parameter "words" is a whole number, not "abc"'],
    ['words=1.5', 'parameter "words" is a whole number, not 1.5'],
    ['words=', 'parameter "words" is a whole number, not null'],
    ['rate=fast', 'parameter "rate" is a number, not "fast"'],
    ['shuffle=yes', 'parameter "shuffle" is true or false, not "yes"'],
    ['units=16', 'parameter "units" is a list, not 16'],
    ['seed=-1', 'parameter "seed" is at least 0, not -1'],
    ['seed=10', 'parameter "seed" is at most 9, not 10'],
    ['mode=slow', 'parameter "mode" is one of "fast", "exact", not "slow"'],
    ['splits=[train, tset]', 'parameter "splits" is one of "train", "test", not ["train","tset"]'],
  ])('refuses --set %s', async (setting, message) => {
    expect(await mistakes(yaml, { set: [setting] })).toEqual([`--set: ${message}`]);
  });

  test('holds for a file of parameters, too, where text is told from numbers by quotes', async () => {
    const file = { name: 'p.yaml', text: 'words: many\nname: 12\nrate: 3' };
    expect(await mistakes(yaml, { file })).toEqual([
      `p.yaml:1:8: parameter "words" is a whole number, not "many"
  1 | words: many
    |        ^^^^`,
      `p.yaml:2:7: parameter "name" is text, not 12
  2 | name: 12
    |       ^^
  → in quotes it is text: "12"`,
    ]);
  });

  test('stands for a default that has to be given', async () => {
    const needed = 'params: { n: { type: integer } }\nsteps: { a: { command: "head -n ${n}" } }';
    expect(await mistakes(needed)).toEqual([
      `x.yaml:1:11: parameter "n" has no value
  1 | params: { n: { type: integer } }
    |           ^
  → give it one: --set n=VALUE`,
    ]);
    expect((await experiment(needed, { set: ['n=3'] })).params).toEqual({ n: 3 });
  });

  test.each([
    ['{ type: integer, default: x }', '40: parameter "n" is a whole number, not "x"'],
    ['{ type: whole }', '22: "type" is "whole": expected one of integer, number, boolean, text, list'],
    ['{ default: 1, choices: [] }', '37: "choices" is []: expected a list that is not empty'],
    ['{ default: 1, mni: 0 }', '28: unknown key "mni"'],
    ['{ default: 0, min: 1 }', '25: parameter "n" is at least 1, not 0'],
    ['{}', '11: parameter "n" needs a type or a default'],
    ['[[1]]', '14: parameter "n" must be text, a number, true or false, or a list of these'],
    ['.inf', '14: parameter "n" must be text, a number, true or false, or a list of these'],
  ])('is declared wrongly by %s', async (declaration, message) => {
    const found = await mistakes(`params: { n: ${declaration} }\nsteps: { a: { command: "\${n}" } }`);
    expect(firstLines(found)[0]).toBe(`x.yaml:1:${message}`);
  });
});

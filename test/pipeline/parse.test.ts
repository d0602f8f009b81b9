import { describe, expect, test } from 'vitest';
import { experiment, mistakes } from './stages.ts';

describe('an experiment', () => {
  test('has steps in the order that they need each other', async () => {
    const { steps, name } = await experiment(`
steps:
  last: { command: cat, in: first }
  first: { command: echo 1 }`);
    expect(name).toBe('x');
    expect(steps.map((step) => step.name)).toEqual(['first', 'last']);
  });

  test('gives a step the defaults of its stage, its inputs and its outputs', async () => {
    const { steps } = await experiment(`
steps:
  data: { stage: fetch, with: { from: ./x, sha256: abc } }
  model: { stage: fit, in: data, with: { epochs: 3, base: ./base.bin } }
  more: { stage: count, in: model.log }`);
    const [, model, more] = steps;
    expect(model).toMatchObject({
      options: { epochs: 3 },
      inputs: { in: { step: 'data', output: 'out' }, base: { path: './base.bin' } },
      outputs: [
        { name: 'out', fileName: 'model.bin' },
        { name: 'log', fileName: 'model.log.txt' },
      ],
    });
    expect(more).toMatchObject({ options: { times: 1 }, inputs: { in: { step: 'model', output: 'log' } } });
  });

  test('knows where its parts stand', async () => {
    const { steps } = await experiment('steps:\n  a: { command: "true" }\n  b: { command: cat, in: a }\n');
    expect(steps[1]!.at).toMatchObject({ file: 'x.yaml', line: 3, column: 3 });
    expect(steps[1]!.inputs['in']!.at).toMatchObject({ line: 3, column: 26, width: 1 });
  });
});

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
});

describe('mistakes', () => {
  test('are all told at once, each with its place and what was probably meant', async () => {
    const found = await mistakes(`
steps:
  a: { stage: cuont, in: ./x }
  b: { stage: count, in: ./x, with: { tims: 2 } }
  c: { stage: count, in: ./x, with: { times: 0 } }
  d: { stage: fit, in: b, with: { log: ./x } }
  e: { stage: count }
  f: { stage: fetch, in: b, with: { from: ., sha256: x } }
  g: { command: cat, in: bb, wiht: 1 }
  h: { command: cat, in: b.log }
  i: {}
  2j: { command: cat }
extra: 1`);
    expect(found.map((text) => text.split('\n')[0]!.replace(/^x.yaml:/, ''))).toEqual([
      '13:1: unknown key "extra"',
      '3:15: no stage "cuont"',
      '4:39: count has no option "tims"',
      '5:46: "times" is 0: expected a whole number of at least 1',
      '6:35: "log" is an output, which Sluice names itself',
      '6:3: fit needs the option "epochs"',
      '7:3: step "e" has no input',
      '8:22: fetch reads no input',
      '9:30: unknown key "wiht"',
      '11:3: step "i" needs either a stage or a command',
      '12:3: "2j" can\'t name a step',
      '9:26: no step "bb"',
      '10:26: b has no output "log"',
    ]);
    expect(found[1]).toContain('did you mean count?');
    expect(found[11]).toContain('did you mean b?');
  });

  test('include broken YAML and files that are no experiment', async () => {
    expect(await mistakes('steps: [')).toEqual([expect.stringMatching(/^x.yaml:1:9: /)]);
    expect(await mistakes('steps:\n\ta: 1')).toEqual([expect.stringContaining('→ indent with spaces')]);
    expect(await mistakes('just text')).toEqual([expect.stringContaining('an experiment must be a map')]);
    expect(await mistakes('params: {}')).toEqual([expect.stringContaining('an experiment without steps')]);
    expect(await mistakes('')).toEqual([expect.stringContaining('an experiment must be a map')]);
    expect(await mistakes('steps: { a: { command: x }, a: { command: y } }')).toEqual([
      expect.stringContaining('Map keys must be unique'),
    ]);
  });

  test.each([
    ['a misspelt key', 'a: { stgae: count }', 'x.yaml:2:8: unknown key "stgae"', 'did you mean stage?'],
    ['a list for text', 'a: { stage: [count] }', 'x.yaml:2:15: stage must be text', 'stage: decode'],
    ['blank text', 'a: { command: " " }', 'x.yaml:2:17: command must be text', 'command: '],
    ['no steps', '{}', 'x.yaml:2:3: an experiment without steps', 'NAME: '],
    [
      'an extension that leads elsewhere',
      'a: { command: x, extension: ../y }',
      '"../y" can\'t end a file name',
      'txt',
    ],
    [
      'the name of the record',
      'run: { command: x, extension: json }',
      'would write run.json',
      'another name',
    ],
    [
      'the name of another output',
      'a: { stage: fit, in: ./x, extension: log.txt, with: { epochs: 1 } }',
      'would write a.log.txt',
      'another',
    ],
    ['a NUL character', 'a: { command: "\\0" }', 'x.yaml:2:17: text with a NUL character', 'no program'],
    ['more than an output', 'a: { command: cat, in: a.out.b }', 'a has no output "out.b"', 'there are: out'],
    [
      'a name from JavaScript',
      'a: { stage: count, in: ./x, with: { toString: 1 } }',
      'count has no option "toString"',
      'times',
    ],
    [
      'a parameter from JavaScript',
      'a: { command: "${toString}" }',
      'no parameter "toString"',
      'there are none',
    ],
    ['an infinite number', 'a: { stage: count, in: ./x, with: { times: .inf } }', '"times" is Infinity', ''],
    ['an unknown alias', 'a: *b', 'x.yaml:2:6: nothing before it is marked with &b', ''],
    ['an alias within itself', 'a: &a { command: *a }', 'x.yaml:2:20: *a stands within itself', ''],
    ['an unknown tag', 'a: !x { command: y }', 'x.yaml:2:6: Unresolved tag', ''],
  ])('include %s', async (_, steps, message, hint) => {
    const [found] = await mistakes(`steps:\n  ${steps}`);
    expect(found).toContain(message);
    expect(found).toContain(hint);
  });

  test('include aliases without measure', async () => {
    const names = 'abcdefgh'.split('');
    const lines = names.map(
      (name, i) =>
        `  ${name}: &${name} [${Array(9)
          .fill(i === 0 ? 'x' : `*${names[i - 1]}`)
          .join(', ')}]`,
    );
    const [found] = await mistakes(`params:\n${lines.join('\n')}\nsteps: { a: { command: x } }`);
    expect(found).toContain('Excessive alias count');
  });

  test('include parameters that name each other', async () => {
    const yaml = 'params: { a: "${b}", b: [x, "${a}"], c: 1 }\nsteps: { a: { command: x } }';
    const found = await mistakes(yaml, { set: ['c=${a}'] });
    expect(found.map((text) => text.split('\n')[0])).toEqual([
      '--set: parameter "c" names another',
      'x.yaml:1:14: parameter "a" names another',
      'x.yaml:1:25: parameter "b" names another',
    ]);
  });

  test('include steps that need each other', async () => {
    const [found] = await mistakes(`
steps:
  a: { command: cat, in: c }
  b: { command: cat, in: a }
  c: { command: cat, in: b }`);
    expect(found).toContain('steps need each other in a circle: a → c → b → a');
  });
});

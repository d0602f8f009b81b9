import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { experiment, mistakes, parse } from '../stages.ts';

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

  test('gives a step the toolchain that its options and its files decide on', async () => {
    const { steps } = await experiment(`
steps:
  first: { stage: fit, in: ./x, with: { epochs: 3 } }
  second: { stage: fit, in: ./x, with: { epochs: 3, base: first } }`);
    expect(steps).toMatchObject([{ toolchain: 'wasm' }, { toolchain: 'tensorflow' }]);
  });

  test('is plain data', async () => {
    const parsed = await experiment(`
params: { n: 1, m: { type: text, default: x } }
steps:
  a: { command: "true", outputs: { b: c/ }, env: { A: null }, timeout: 1m }
  d: { stage: fit, in: a, matrix: { n: [1, 2] }, with: { epochs: "\${n}" } }`);
    expect(JSON.parse(JSON.stringify(parsed))).toStrictEqual(parsed);
  });

  test('has limits for its steps', async () => {
    const { steps } = await experiment(`
params: { time: 10m }
steps:
  a: { command: x, retries: 2, timeout: "\${time}", cores: 4, memory: 1.5 GiB }
  b: { command: x }`);
    expect(steps.map(({ limits }) => limits)).toStrictEqual([
      { retries: 2, timeout: 600, cores: 4, memory: 1.5 * 2 ** 30 },
      { retries: 0, cores: 1 },
    ]);
  });

  test('takes any number of aliases', async () => {
    const names = Array.from({ length: 200 }, (_, i) => `a${i}`);
    const { steps } = await experiment(
      `steps:\n  first: &a { command: x }\n${names.map((name) => `  ${name}: *a`).join('\n')}`,
    );
    expect(steps.map(({ name }) => name)).toEqual(['first', ...names]);
  });

  test('takes a stage from a path', async () => {
    const { steps } = await experiment('steps: { a: { stage: ./count.ts, in: ./x } }');
    expect(steps).toMatchObject([{ stage: './count.ts', options: { times: 1 } }]);
  });

  test('knows where its parts stand', async () => {
    const { steps } = await experiment('steps:\n  a: { command: "true" }\n  b: { command: cat, in: a }\n');
    expect(steps[1]!.at).toMatchObject({ file: 'x.yaml', line: 3, column: 3 });
    expect(steps[1]!.inputs['in']!.at).toMatchObject({ line: 3, column: 26, width: 1 });
  });
});

describe('a command', () => {
  const command = async (fields: string): Promise<unknown> => {
    const { steps } = await experiment(`steps:\n  a: { command: x }\n  b: { command: y, ${fields} }`);
    return steps[1];
  };

  test('has variables that are in its key, and others that are not', async () => {
    expect(await command('env: [A, B], secrets: [C]')).toMatchObject({
      env: { A: null, B: null },
      secrets: ['C'],
    });
    expect(await command('env: { A: x, B: 1, C: true, D: null }')).toMatchObject({
      env: { A: 'x', B: '1', C: 'true', D: null },
      secrets: [],
    });
  });

  test('has files in its working folder, under their own paths or under others', async () => {
    const path = (text: string) => expect.objectContaining({ path: text });
    expect(await command('in: a, files: [./a/b.py, a//c, d, ../up/e, /abs/f/]')).toMatchObject({
      inputs: {
        in: { step: 'a', output: 'out' },
        './a/b.py': path('./a/b.py'),
        './a/c': path('a//c'),
        './d': path('./d'),
        './e': path('../up/e'),
        './f': path('/abs/f/'),
      },
    });
    expect(await command('files: { ./x//y: a, z: ./some/folder }')).toMatchObject({
      inputs: { './x/y': { step: 'a', output: 'out' }, './z': path('./some/folder') },
    });
  });

  test('has outputs besides the standard output, which others read', async () => {
    const { steps } = await experiment(`
steps:
  a: { command: x, extension: txt, outputs: { model: ./out/model.bin, logs: out/logs/ } }
  b: { command: x, in: a.model, files: { logs: a.logs } }`);
    expect(steps[0]!.outputs).toStrictEqual([
      { name: 'out', kind: 'file', fileName: 'a.txt' },
      { name: 'model', kind: 'file', fileName: 'a.model.bin', path: 'out/model.bin' },
      { name: 'logs', kind: 'folder', fileName: 'a.logs', path: 'out/logs' },
    ]);
    expect(steps[1]!.inputs).toMatchObject({
      in: { step: 'a', output: 'model' },
      './logs': { step: 'a', output: 'logs' },
    });
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
      '3:15: no stage "cuont"',
      '4:39: count has no option "tims"',
      '5:46: "times" is 0: expected a whole number of at least 1',
      '6:3: fit needs the option "epochs"',
      '6:35: "log" is an output, which Sluice names itself',
      '7:3: step "e" has no input',
      '8:22: fetch reads no input',
      '9:26: no step "bb"',
      '9:30: unknown key "wiht"',
      '10:26: b has no output "log"',
      '11:3: step "i" needs either a stage or a command',
      '12:3: "2j" can\'t name a step: expected letters, digits, _ and -, a letter first',
      '13:1: unknown key "extra"',
    ]);
    expect(found[0]).toContain('did you mean count?');
    expect(found[7]).toContain('did you mean b?');
  });

  test('include broken YAML and files that are no experiment', async () => {
    expect(await mistakes('steps: [')).toEqual([expect.stringMatching(/^x.yaml:1:9: /)]);
    expect(await mistakes('steps:\n\ta: 1')).toEqual([expect.stringContaining('→ indent with spaces')]);
    expect(await mistakes('just text')).toEqual([expect.stringContaining('an experiment must be a map')]);
    expect(await mistakes('params: {}')).toEqual([expect.stringContaining('an experiment without steps')]);
    expect(await mistakes('')).toEqual([expect.stringContaining('an experiment must be a map')]);
    expect(await mistakes('steps: { a: { command: x }, a: { command: y } }')).toEqual([
      expect.stringContaining('x.yaml:1:29: "a" is here twice'),
    ]);
  });

  // What is marked with «» is what the mark must stand under; the columns come from it.
  test.each([
    ['a: { stage: count, «wiht»: {}, in: ./x }', 'unknown key "wiht"', 'did you mean with?'],
    ['a: { command: x, «retires»: 1 }', 'unknown key "retires"', 'did you mean retries?'],
    [
      'a: { stage: count, in: ./x, «env»: [A] }',
      'a step that runs a stage has no "env"',
      'there are: stage, with, in, extension, matrix, retries, timeout, cores, memory',
    ],
    ['a: { stage: «[count]» }', '"stage" is ["count"]: expected text, such as decode'],
    ['a: { command: «" "» }', '"command" is " ": expected text, such as "sort | uniq -c"'],
    [
      '«a»: { command: x, stage: count }',
      'step "a" has both a stage and a command',
      'take one of them away, or make it two steps',
    ],
    [
      '«a»: { in: ./x }',
      'step "a" needs either a stage or a command',
      'command: "sort | uniq -c", or stage: one of fetch, count, fit',
    ],
    ['a: { «comand»: x }', 'unknown key "comand"', 'did you mean command?'],
    ['a: { «Stage»: count, in: ./x }', 'unknown key "Stage"', 'did you mean stage?'],
    ['a: «3»', 'step "a" must be a map of names to values'],
    ['«{}»', 'an experiment without steps', 'steps: { NAME: { stage: … } }'],
    [
      'a: { command: x, extension: «../y» }',
      '"extension" is "../y": expected letters, digits, _, - and ., such as txt',
    ],
    ['a: { stage: «./no.ts», in: ./x }', 'no module at ./no.ts'],
    [
      'a: { stage: ./count.ts, in: ./x, with: { times: «0» } }',
      '"times" is 0: expected a whole number of at least 1',
    ],
    ['a: { stage: count, in: ./x, with: «[times]» }', 'with must be a map of names to values'],
    ['a: { stage: count, in: ./x, with: { of: [a, «c»] } }', '"of" has "c": expected one of a, b'],
    [
      'a: { stage: count, in: ./x, with: { times: «.inf» } }',
      '"times" is Infinity: expected a whole number below 2^53',
    ],
    [
      'a: { stage: count, in: ./x, with: { «toString»: 1 } }',
      'count has no option "toString"',
      'there are: times, of',
    ],
    ['a: { command: x, retries: «-1» }', '"retries" is -1: expected a whole number of at least 0'],
    ['a: { command: x, cores: «0.5» }', '"cores" is 0.5: expected a whole number below 2^53'],
    [
      'a: { command: x, timeout: «10 minutes» }',
      '"timeout" is "10 minutes": expected a time, such as 90s, 10m or 2h',
    ],
    ['a: { command: x, timeout: «1000h» }', '"timeout" is "1000h": expected at most 24 days'],
    [
      'a: { command: x, memory: «4 G» }',
      '"memory" is "4 G": expected an amount of memory, such as 512 MB, 1.5 GiB or a number of bytes',
    ],
    ['a: { command: x, env: [A, «B-»] }', '"env" has "B-": expected letters, digits and _, no digit first'],
    [
      'a: { command: x, env: { «2»: x } }',
      '"2" can\'t stand here: expected letters, digits and _, no digit first',
    ],
    ['a: { command: x, env: { A: «[1]» } }', '"A" is [1]: expected text, a number, true or false'],
    ['a: { command: x, env: «A» }', '"env" is "A": expected a list of names, or a map of names to values'],
    [
      'a: { command: x, env: [A], secrets: [«A»] }',
      '"A" is in env, too',
      'what decides the outputs belongs in env, what does not in secrets',
    ],
    ['a: { command: x, files: [./a, «3»] }', '"files" has 3: expected text, such as ./a/path'],
    [
      'a: { command: x, files: { y: «z» } }',
      'no step "z"',
      "did you mean a? (a file's path has a slash: ./z)",
    ],
    [
      'a: { command: x, files: { «../y»: ./z } }',
      '"../y" can\'t stand here: expected a relative path without ..',
    ],
    [
      'a: { command: x, files: [./y, «../y»] }',
      'y would be in the working folder twice',
      'give one of them another path there: { other/path: … }',
    ],
    [
      'a: { command: x, files: [«..»] }',
      '.. has no name that it could have in the working folder',
      'files: { NAME: … } gives it one',
    ],
    [
      'a: { command: x, files: { y: ./z }, outputs: { o: «y/o» } }',
      'y/o would lie in y, which is another file or folder of this step',
    ],
    ['a: { command: x, outputs: «[o]» }', '"outputs" is ["o"]: expected a map of names to values'],
    ['a: { command: x, outputs: { o: «/o» } }', '"o" is "/o": expected a relative path without ..'],
    [
      'a: { command: x, outputs: { «out»: o } }',
      '"out" can\'t stand here: expected letters, digits, _ and -, a letter first; not out, the standard output',
    ],
    [
      '«run»: { command: x, extension: json }',
      'step "run" would write run.json, as the record of the run does',
      'give it another name or extension',
    ],
    [
      '«a»: { stage: fit, in: ./x, extension: log.txt, with: { epochs: 1 } }',
      'step "a" would write a.log.txt, as step "a" does',
      'give it another name or extension',
    ],
    ['a: { command: «"\\0"» }', 'text with a NUL character in it', 'no program can be given one'],
    ['a: { command: cat, in: «a.out.b» }', 'a has no output "out.b"', 'there are: out'],
    [
      'a: { command: «"${toString}"» }',
      'no parameter "toString"',
      "there are none (a shell's variable is written $toString)",
    ],
    ['a: «*b»', 'nothing before it is marked with &b'],
    ['a: &a { command: «*a» }', '*a stands within itself'],
    [
      'a: &a { command: x, retries: 1, «retries»: 2 }',
      '"retries" is here twice',
      'take one of them away, or give it another name',
    ],
  ])('include %s', async (marked, message, hint?: string) => {
    const column = marked.indexOf('«');
    const width = marked.indexOf('»') - column - 1;
    const step = marked.replaceAll(/[«»]/g, '');
    const text = `x.yaml:2:${column + 3}: ${message}\n  2 |   ${step}\n    |   ${' '.repeat(column)}${'^'.repeat(width)}`;
    expect(await mistakes(`steps:\n  ${step}`)).toEqual([hint === undefined ? text : `${text}\n  → ${hint}`]);
  });

  test('include names that no file can have, once for a matrix', async () => {
    const long = 'x'.repeat(255);
    const yaml = `steps: { a: { matrix: { s: [${long}1, ${long}2] }, command: x } }`;
    expect(await mistakes(yaml)).toEqual([
      expect.stringMatching(/^x\.yaml:1:10: a file name of more than 255 bytes: a-s=x+1\n/),
    ]);
  });

  test('never end in an exception, whatever stands where', async () => {
    const word = fc.constantFrom(
      ...'a b a.b a-s=1 ./x x/ ../y s ${n} ${s} 10m 4 GB train count fit ./count.ts'.split(' '),
    );
    const names = fc.constantFrom(
      ...'stage with command env secrets files outputs in extension matrix retries timeout cores memory'.split(
        ' ',
      ),
      ...'times of epochs base log s n __proto__'.split(' '),
    );
    const leaf = fc.oneof(
      word,
      fc.integer({ min: -1, max: 3 }),
      fc.boolean(),
      fc.constant(null),
      fc.string(),
    );
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(names, tie('value'), { maxKeys: 5 }),
      ),
    }));
    const some = fc.dictionary(
      fc.constantFrom('a', 'b', 'n', 's'),
      fc.dictionary(names, value, { maxKeys: 6 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.oneof(some, value), fc.oneof(some, value), async (params, steps) => {
        const result = await parse(stringify({ params, steps }));
        if (result.ok) expect(JSON.parse(JSON.stringify(result.value))).toStrictEqual(result.value);
        else expect(result.problems.every(({ at }) => at.line !== undefined)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test('include a folder where a file is needed', async () => {
    const yaml = 'steps:\n  a: { command: x, outputs: { made: made/ } }\n  b: { command: cat, in: a.made }';
    expect(await mistakes(yaml)).toEqual([
      expect.stringContaining('x.yaml:3:26: a.made is a folder, where a file is needed'),
    ]);
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
    expect(found).toContain('x.yaml:1:1: more than 1000000 values, with its aliases written out');
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

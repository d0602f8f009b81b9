import { describe, expect, test } from 'vitest';
import { digestOf } from '../../../pipeline/digest.ts';
import type { Key } from '../../../pipeline/key.ts';
import { checkOnly } from '../../../pipeline/tell/only.ts';
import { makePlan, type Planning } from '../../../pipeline/plan.ts';
import type { Lookup } from '../../../pipeline/store/store.ts';
import { Memory, pause, type Io } from './memory.ts';
import { experiment } from '../stages.ts';

const chain = `
steps:
  a: { command: echo }
  b: { command: copy, in: a }
  c: { command: twice, in: b }`;

const never = 'ran: never run before';

describe('a run', () => {
  test('runs everything once, then nothing', async () => {
    const memory = new Memory();
    expect(await memory.run(chain)).toEqual({ a: never, b: never, c: never });
    expect([memory.results.get('a'), memory.results.get('c')]).toEqual(['e', 'ee']);
    expect(await memory.run(chain)).toEqual({ a: 'hit', b: 'hit', c: 'hit' });
    expect(memory.started).toEqual([]);
  });

  test('runs what a change reaches, and stops where the bytes are the same again', async () => {
    const memory = new Memory();
    memory.commands['first'] = (input) => input.slice(0, 1);
    const yaml = (word: string) => `
steps:
  a: { command: ${word} }
  b: { command: first, in: a }
  c: { command: copy, in: b }`;
    Object.assign(memory.commands, { xy: () => 'xy', xz: () => 'xz' });
    await memory.run(yaml('xy'));
    expect(await memory.run(yaml('xz'))).toMatchObject({
      a: 'ran: changed: command xy → xz',
      b: expect.stringContaining('changed: inputs.in') as string,
      c: 'hit',
    });
  });

  test('finds what an earlier setting left, though others came between', async () => {
    const memory = new Memory();
    memory.commands['other'] = () => 'o';
    await memory.run(chain);
    await memory.run(chain.replace('echo', 'other'));
    expect(await memory.run(chain)).toEqual({ a: 'hit', b: 'hit', c: 'hit' });
    expect(memory.results.get('c')).toBe('ee');
  });

  test('runs a forced step again, and nothing after it if it writes the same', async () => {
    const memory = new Memory();
    await memory.run(chain);
    expect(await memory.run(chain, { forced: ['b'] })).toEqual({ a: 'hit', b: 'ran: forced', c: 'hit' });
  });

  test('reads files that are inputs by their content', async () => {
    const memory = new Memory();
    const write = (text: string): void => {
      memory.objects.set(digestOf(text), text);
      memory.files.set('./in', { sha256: digestOf(text), bytes: text.length });
    };
    const yaml = 'steps:\n  a: { command: copy, in: ./in }';
    write('1');
    await memory.run(yaml);
    write('2');
    expect((await memory.run(yaml))['a']).toMatch(/^ran: changed: inputs.in/);
    expect(memory.results.get('a')).toBe('2');
  });

  test('makes anew what is gone from the store, and says so', async () => {
    const memory = new Memory();
    await memory.run(chain);
    memory.objects.delete(digestOf('e'));
    expect((await memory.run(chain))['a']).toBe('ran: damaged in the store: an object is gone');
    expect(memory.results.get('c')).toBe('ee');
  });

  test('waits for another one that is at work on the same step, and takes what that one made', async () => {
    const memory = new Memory();
    await memory.run('steps:\n  a: { command: echo }');
    const [key, entry] = [...memory.entries][0]!;
    memory.entries.clear();
    memory.locks.set(key, 'another run');
    const ended = memory.run(chain);
    while (!memory.events.some(({ type }) => type === 'waits')) await pause();
    expect(memory.events.find(({ type }) => type === 'waits')).toMatchObject({ holder: 'another run' });
    memory.entries.set(key, entry);
    memory.locks.delete(key);
    expect(await ended).toEqual({ a: 'hit', b: never, c: never });
    expect(memory.locks.size).toBe(0);
  });
});

test('a result that cannot be taken away fails its step, and no other', async () => {
  const memory = new Memory();
  memory.commands['fail'] = () => 1;
  memory.results.delete = (name) => {
    if (name === 'b') throw Object.assign(new Error('a folder is there'), { syscall: 'unlink' });
    return true;
  };
  const yaml = `
steps:
  a: { command: fail }
  b: { command: copy, in: c, retries: 1 }
  c: { command: copy, in: a }
  d: { command: echo }`;
  expect(await memory.run(yaml, { keepGoing: true })).toEqual({
    a: 'failed: exit code 1',
    b: 'failed: a folder is there',
    c: 'skipped: a failed',
    d: never,
  });
});

describe('a pipe', () => {
  test('whose second part cannot be begun leaves its cores to others', async () => {
    const memory = new Memory();
    const full = Object.assign(new Error('the disk is full'), { syscall: 'mkdir' });
    const once = [full];
    memory.results.delete = (name) => {
      if (name === 'b' && once.length > 0) throw once.pop()!;
      return true;
    };
    const yaml = `
steps:
  a: { command: echo }
  b: { command: copy, in: a }
  c: { command: twice }`;
    expect(await memory.run(yaml, { cores: 1, keepGoing: true })).toEqual({
      a: 'failed: the disk is full',
      b: 'skipped: a failed',
      c: never,
    });
  });

  /** A command that writes its pieces one by one, and waits for each to be taken. */
  const pieces =
    (...texts: string[]) =>
    async (_: string, { write }: Io) => {
      for (const text of texts) await write(text);
      return '';
    };

  test('joins a step to what it reads from: both run at the same time', async () => {
    const memory = new Memory();
    const seen: string[] = [];
    memory.piecemeal.add('watch');
    memory.commands['watch'] = async (_, { read }) => {
      for (let piece = await read(); piece !== undefined; piece = await read()) seen.push(piece);
      return seen.join('|');
    };
    memory.commands['count'] = async (_, { write }) => {
      await write('1');
      while (seen.length === 0) await pause(); // it would wait for ever, were it not read
      await write('2');
      return 0;
    };
    expect(await memory.run('steps:\n  a: { command: count }\n  b: { command: watch, in: a }')).toEqual({
      a: never,
      b: never,
    });
    expect([memory.results.get('a'), memory.results.get('b')]).toEqual(['12', '1|2']);
  });

  test('has several readers, as many as there are cores', async () => {
    const yaml = `
steps:
  a: { command: echo }
  b: { command: copy, in: a }
  c: { command: twice, in: a }
  d: { command: thrice, in: a }`;
    for (const [cores, atOnce] of [
      [1, 2],
      [2, 3],
      [3, 4],
    ] as const) {
      const memory = new Memory();
      memory.commands['thrice'] = (input) => input.repeat(3);
      expect(await memory.run(yaml, { cores })).toEqual({ a: never, b: never, c: never, d: never });
      const before = memory.log.indexOf('ended a');
      const joined = memory.log.slice(0, before).filter((line) => line.startsWith('started'));
      expect(joined.length).toBe(atOnce);
      expect(memory.results.get('d')).toBe('eee');
    }
  });

  test('reaches through steps that wait for each other in a row, and no further than is sensible', async () => {
    const rows = Array.from(
      { length: 20 },
      (_, i) => `  s${i}: { command: more, in: ${i ? `s${i - 1}` : 'a'} }`,
    );
    const memory = new Memory();
    memory.commands['more'] = (input) => `${input}.`;
    await memory.run(`steps:\n  a: { command: echo }\n${rows.join('\n')}`, { cores: 1 });
    const before = memory.log.slice(0, memory.log.indexOf('ended a'));
    expect(before.length).toBe(8);
    expect(memory.results.get('s19')).toBe(`e${'.'.repeat(20)}`);
  });

  test('ends a reader that turns out not to have to run', async () => {
    const memory = new Memory();
    await memory.run(chain);
    memory.commands['also'] = () => 'e';
    const ran = await memory.run(chain.replace('echo', 'also'));
    expect(ran).toEqual({ a: 'ran: changed: command echo → also', b: 'hit', c: 'hit' });
    expect(memory.locks.size).toBe(0);
  });

  test('may hold the same step twice: it runs once', async () => {
    const memory = new Memory();
    const yaml =
      'steps:\n  a: { command: copy, in: z }\n  b: { command: copy, in: a }\n  z: { command: echo }';
    expect(await memory.run(`${yaml}\n  c: { command: twice, in: b }`)).toEqual({
      z: never,
      a: never,
      b: 'hit',
      c: never,
    });
  });

  test('leaves a reader to another run that is at work on it', async () => {
    const memory = new Memory();
    await memory.run(chain);
    const ofB = [...memory.entries].find(([, { made }]) => made.step === 'b')!;
    memory.entries.clear();
    memory.locks.set(ofB[0], 'another run');
    const ended = memory.run(chain);
    while (!memory.events.some(({ type }) => type === 'waits')) await pause();
    memory.entries.set(...ofB);
    memory.locks.delete(ofB[0]);
    expect(await ended).toMatchObject({ b: 'hit', c: expect.stringMatching(/^ran/) as string });
  });

  test('ends as a whole when a part fails, and tells the cause', async () => {
    const memory = new Memory();
    memory.piecemeal.add('refuse').add('watch');
    memory.commands['refuse'] = async (_, { read }) => ((await read()) === undefined ? 0 : 3);
    memory.commands['forever'] = async (_, { write, ended }) => {
      await write('x');
      await ended;
      return 0;
    };
    memory.commands['watch'] = (_, { ended }) => ended.then(() => 0);
    const yaml = `
steps:
  a: { command: forever }
  b: { command: refuse, in: a }
  c: { command: watch, in: a }
  d: { command: watch, in: b }`;
    expect(await memory.run(yaml, { cores: 4 })).toEqual({
      a: 'skipped: b failed',
      b: 'failed: exit code 3',
      c: 'skipped: a was not run',
      d: 'skipped: b failed',
    });
    expect([memory.entries.size, memory.results.size, memory.locks.size]).toEqual([0, 0, 0]);
  });

  test('whose first part fails is not told as a failure of the one that read what was cut off', async () => {
    const memory = new Memory();
    memory.piecemeal.add('strict');
    memory.commands['half'] = async (_, { write }) => {
      await write('half a li');
      return 2;
    };
    memory.commands['strict'] = async (_, { read }) => ((await read()) === 'half a line' ? 0 : 1);
    expect(await memory.run('steps:\n  a: { command: half }\n  b: { command: strict, in: a }')).toEqual({
      a: 'failed: exit code 2',
      b: 'skipped: a failed',
    });
  });

  test('never shows a reader the end of what was cut off', async () => {
    const memory = new Memory();
    const ends: (string | undefined)[] = [];
    memory.piecemeal.add('watch');
    memory.commands['half'] = async (_, { write }) => {
      await write('half');
      return 2;
    };
    memory.commands['watch'] = async (_, { read }) => {
      for (let piece = await read(); ; piece = await read()) {
        ends.push(piece);
        if (piece === undefined) return 0;
      }
    };
    await memory.run('steps:\n  a: { command: half }\n  b: { command: watch, in: a }');
    expect(ends).toEqual(['half']);
  });

  test('goes on when a reader has had enough', async () => {
    const memory = new Memory();
    memory.piecemeal.add('head');
    memory.commands['count'] = pieces('1', '2', '3');
    memory.commands['head'] = async (_, { read }) => (await read())!;
    expect(await memory.run('steps:\n  a: { command: count }\n  b: { command: head, in: a }')).toEqual({
      a: never,
      b: never,
    });
    expect([memory.results.get('a'), memory.results.get('b')]).toEqual(['123', '1']);
  });

  test('goes on after a reader failed, where the rest is to be kept going', async () => {
    const memory = new Memory();
    memory.piecemeal.add('refuse');
    memory.commands['refuse'] = async (_, { read }) => ((await read()) === undefined ? 0 : 3);
    memory.commands['count'] = pieces('1', '2', '3');
    const yaml = `
steps:
  a: { command: count }
  b: { command: refuse, in: a }
  c: { command: copy, in: a }
  d: { command: copy, in: b }`;
    expect(await memory.run(yaml, { keepGoing: true })).toEqual({
      a: never,
      b: 'failed: exit code 3',
      c: never,
      d: 'skipped: b failed',
    });
    expect(memory.results.get('c')).toBe('123');
  });

  test('holds no lock for a reader that fails while it is decided about', async () => {
    const memory = new Memory();
    let fail: () => void = () => undefined;
    const failing = new Promise<void>((resolve) => (fail = resolve));
    memory.piecemeal.add('fail later');
    memory.commands['fail later'] = () => failing.then(() => 3);
    memory.commands['then disturb'] = () => {
      memory.disturb = async () => {
        fail();
        for (let i = 0; i < 5; i++) await pause();
      };
      return 'x';
    };
    const yaml = 'steps:\n  a: { command: then disturb }\n  b: { command: fail later, in: a }';
    expect(await memory.run(yaml, { keepGoing: true })).toMatchObject({ b: 'failed: exit code 3' });
    expect(memory.locks.size).toBe(0);
  });

  test('takes no step that may be tried again', async () => {
    const memory = new Memory();
    await memory.run(chain, { limits: { b: { retries: 1 } } });
    expect(memory.log.indexOf('started b')).toBeGreaterThan(memory.log.indexOf('ended a'));
  });
});

describe('a failure', () => {
  test('is a file that changes while a step reads it: what came out belongs to no key', async () => {
    const memory = new Memory();
    memory.changed = './in';
    expect(await memory.run('steps:\n  a: { command: echo }')).toEqual({
      a: 'failed: ./in was changed during the run',
    });
    memory.changed = undefined;
    expect(await memory.run('steps:\n  a: { command: echo }')).toEqual({ a: never });
  });

  test('keeps nothing of the step, runs nothing after it, and leaves what was done before', async () => {
    const memory = new Memory();
    await memory.run(chain);
    memory.commands['copy'] = () => 3;
    expect(await memory.run(chain, { forced: ['b'] })).toEqual({
      a: 'hit',
      b: 'failed: exit code 3',
      c: 'skipped: b failed',
    });
    expect(['b', 'c'].map((name) => memory.results.get(name))).toEqual([undefined, undefined]);
    memory.commands['copy'] = (input) => input;
    expect(await memory.run(chain)).toEqual({ a: 'hit', b: 'hit', c: 'hit' });
  });

  const apart = 'steps:\n  a: { command: fail }\n  b: { command: echo }\n  c: { command: copy, in: a }';

  test('begins no other step', async () => {
    const memory = new Memory();
    memory.commands['fail'] = () => 1;
    expect(await memory.run(apart, { cores: 1 })).toEqual({
      a: 'failed: exit code 1',
      b: 'skipped: a failed',
      c: 'skipped: a failed',
    });
  });

  test('leaves what does not need it to go on, where that is asked for', async () => {
    const memory = new Memory();
    memory.commands['fail'] = () => 1;
    expect(await memory.run(apart, { cores: 1, keepGoing: true })).toEqual({
      a: 'failed: exit code 1',
      b: never,
      c: 'skipped: a failed',
    });
  });

  test('is tried again, after longer and longer pauses', async () => {
    const memory = new Memory();
    let tries = 0;
    memory.commands['flaky'] = () => (++tries < 4 ? 1 : 'at last');
    const yaml = 'steps:\n  a: { command: flaky }';
    expect(await memory.run(yaml, { limits: { a: { retries: 2 } } })).toEqual({ a: 'failed: exit code 1' });
    expect(memory.pauses).toEqual([1, 2]);
    expect(await memory.run(yaml, { limits: { a: { retries: 2 } } })).toEqual({ a: never });
    expect(memory.results.get('a')).toBe('at last');
  });

  test('an interruption is told as one', async () => {
    const memory = new Memory();
    memory.commands['echo'] = (_, { ended }) => {
      memory.interruption.abort();
      return ended.then(() => 0);
    };
    expect(await memory.run(chain)).toMatchObject({
      a: 'failed: interrupted',
      b: expect.stringMatching(/^(skipped: a failed|failed: interrupted)$/) as string,
    });
    expect([memory.entries.size, memory.locks.size]).toEqual([0, 0]);
  });
});

describe('at the same time', () => {
  const yaml = `steps:\n${[1, 2, 3, 4].map((i) => `  s${i}: { command: wait, extension: "${i}" }`).join('\n')}`;

  /** How many of the four ran at a time, at most. */
  async function most(options: Parameters<Memory['run']>[1]): Promise<number> {
    const memory = new Memory();
    let [now, highest] = [0, 0];
    memory.commands['wait'] = async () => {
      highest = Math.max(highest, ++now);
      for (let i = 0; i < 5; i++) await pause();
      now--;
      return 'x';
    };
    // With the same command, they would wait for each other's lock.
    for (const i of [1, 2, 3, 4]) memory.commands[`wait ${i}`] = memory.commands['wait'];
    await memory.run(yaml.replaceAll(/wait, extension: "(\d)"/g, '"wait $1"'), options);
    return highest;
  }

  test('no more steps run than there are cores', async () => {
    expect(await most({ cores: 1 })).toBe(1);
    expect(await most({ cores: 3 })).toBe(3);
  });

  test('a step counts with the cores and the memory that it needs, at most with all there are', async () => {
    const every = (limits: object) => Object.fromEntries([1, 2, 3, 4].map((i) => [`s${i}`, limits]));
    expect(await most({ cores: 4, limits: every({ cores: 2 }) })).toBe(2);
    expect(await most({ cores: 4, limits: every({ cores: 9 }) })).toBe(1);
    expect(await most({ cores: 4, memory: 100, limits: every({ memory: 30 }) })).toBe(3);
  });
});

test('only some steps can be run when what they need is in the store', async () => {
  const memory = new Memory();
  const { steps } = await experiment(chain);
  const planning: Planning = {
    store: { lookUp: (key) => Promise.resolve(find(key)) },
    tool: () => Promise.reject(new Error('no step here runs a stage')),
    environment: {},
    files: new Map(),
    last: () => ({}),
    forced: new Set(),
  };
  const find = (key: Key): Lookup => {
    const entry = memory.entries.get(key);
    return entry === undefined ? { found: 'nothing' } : { found: 'whole', entry };
  };
  const before = checkOnly(steps, await makePlan(steps, planning), ['b', 'c']);
  expect(before).toMatchObject({
    ok: false,
    problems: [{ message: 'step "a" has to run first: never run before' }],
  });
  await memory.run(chain.split('\n').slice(0, 3).join('\n'));
  expect(checkOnly(steps, await makePlan(steps, planning), ['b', 'c'])).toMatchObject({ ok: true });
});

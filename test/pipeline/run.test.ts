import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { digestOf } from '../../pipeline/digest.ts';
import { explain } from '../../pipeline/explain.ts';
import type { Outcome } from '../../pipeline/outcome.ts';
import { checkOnly, hashFiles, makePlan, type Planning } from '../../pipeline/plan.ts';
import type { Ended, Job } from '../../pipeline/process.ts';
import { runPlan } from '../../pipeline/run.ts';
import { Store } from '../../pipeline/store.ts';
import { temporaryFolder } from '../folder.ts';
import { experiment } from './stages.ts';

/** No step here runs a stage. */
const noTool = () => Promise.resolve({ code: {}, toolchain: {} });

/** An experiment in a folder of its own, whose commands are functions from input to output. */
class Bench {
  readonly folder = temporaryFolder();
  readonly store = new Store(join(this.folder, 'store'));
  readonly interruption = new AbortController();
  commands: Record<string, (input: string) => string | Ended> = {
    echo: () => 'e',
    copy: (input) => input,
    twice: (input) => input + input,
  };
  running = 0;
  mostRunning = 0;
  /** A process ends only when this many have run at the same time. */
  together = 1;
  log: string[] = [];

  async run(yaml: string, { forced = [] as string[], jobs = 2 } = {}): Promise<Record<string, string>> {
    const { name, steps } = await experiment(yaml);
    const files = await hashFiles(steps);
    if (!files.ok) throw new Error(files.problems[0]!.message);
    const planning: Planning = {
      experiment: name,
      store: this.store,
      tool: noTool,
      environment: {},
      files: files.value,
      forced: new Set(forced),
    };
    const plan = await makePlan(steps, planning);
    this.log = [];
    const outcomes = await runPlan(steps, plan, {
      planning,
      store: this.store,
      runProcess: (job) => this.#process(job),
      report: (event) => event.type === 'started' && this.log.push(event.step),
      signal: this.interruption.signal,
      program: ['sluice'],
      results: join(this.folder, 'results'),
      jobs,
    });
    return Object.fromEntries([...outcomes].map(([step, outcome]) => [step, show(outcome)]));
  }

  async #process({ command, stdin, stdout }: Job): Promise<Ended> {
    this.mostRunning = Math.max(this.mostRunning, ++this.running);
    do await new Promise((resolve) => setTimeout(resolve, 5));
    while (this.mostRunning < this.together);
    const written = this.commands[command.at(-1)!]!(stdin === undefined ? '' : readFileSync(stdin, 'utf8'));
    writeFileSync(stdout, typeof written === 'string' ? written : 'half');
    this.running--;
    return typeof written === 'string' ? { exit: 0 } : written;
  }

  result(name: string): string | undefined {
    const path = join(this.folder, 'results', name);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  }
}

function show(outcome: Outcome): string {
  if (outcome.state === 'ran') return `ran: ${explain(outcome.reason)}`;
  if (outcome.state === 'failed') return `failed: ${outcome.failure}`;
  return outcome.state === 'skipped' ? `skipped: ${outcome.because}` : 'hit';
}

const chain = `
steps:
  a: { command: echo }
  b: { command: copy, in: a }
  c: { command: twice, in: b }`;

describe('a run', () => {
  test('runs everything once, then nothing', async () => {
    const bench = new Bench();
    const never = 'ran: never run before';
    expect(await bench.run(chain)).toEqual({ a: never, b: never, c: never });
    expect([bench.result('a'), bench.result('c')]).toEqual(['e', 'ee']);
    expect(await bench.run(chain)).toEqual({ a: 'hit', b: 'hit', c: 'hit' });
    expect(bench.log).toEqual([]);
  });

  test('runs what a change reaches, and stops where the bytes are the same again', async () => {
    const bench = new Bench();
    bench.commands['first'] = (input) => input.slice(0, 1);
    const yaml = (word: string) => `
steps:
  a: { command: ${word} }
  b: { command: first, in: a }
  c: { command: copy, in: b }`;
    Object.assign(bench.commands, { xy: () => 'xy', xz: () => 'xz' });
    await bench.run(yaml('xy'));
    const ran = await bench.run(yaml('xz'));
    expect(ran).toMatchObject({
      a: 'ran: changed: command xy → xz',
      b: expect.stringContaining('changed: inputs.in'),
      c: 'hit',
    });
  });

  test('finds what an earlier setting left, though others came between', async () => {
    const bench = new Bench();
    bench.commands['other'] = () => 'o';
    await bench.run(chain);
    await bench.run(chain.replace('echo', 'other'));
    expect(await bench.run(chain)).toEqual({ a: 'hit', b: 'hit', c: 'hit' });
    expect(bench.result('c')).toBe('ee');
  });

  test('runs a forced step again, and nothing after it if it writes the same', async () => {
    const bench = new Bench();
    await bench.run(chain);
    expect(await bench.run(chain, { forced: ['b'] })).toEqual({ a: 'hit', b: 'ran: forced', c: 'hit' });
  });

  test('reads files that are inputs by their content', async () => {
    const bench = new Bench();
    const path = join(bench.folder, 'in.txt');
    const yaml = `steps:\n  a: { command: copy, in: ${path} }`;
    await expect(bench.run(yaml)).rejects.toThrow(`no such file: ${path}`);
    writeFileSync(path, '1');
    await bench.run(yaml);
    writeFileSync(path, '2');
    expect((await bench.run(yaml))['a']).toMatch(/^ran: changed: inputs.in/);
    expect(bench.result('a')).toBe('2');
  });
});

describe('a failure', () => {
  test('is a file that changes while a step reads it: what came out belongs to no key', async () => {
    const bench = new Bench();
    const path = join(bench.folder, 'in.txt');
    const yaml = `steps:\n  a: { command: edit, in: ${path} }`;
    writeFileSync(path, '1');
    bench.commands['edit'] = (input) => {
      writeFileSync(path, '2');
      return input;
    };
    expect(await bench.run(yaml)).toEqual({ a: `failed: ${path} was changed during the run` });
    writeFileSync(path, '1');
    bench.commands['edit'] = (input) => input;
    expect(await bench.run(yaml)).toEqual({ a: 'ran: never run before' });
  });

  test('keeps nothing of the step, runs nothing after it, and leaves what was done before', async () => {
    const bench = new Bench();
    await bench.run(chain);
    bench.commands['copy'] = () => ({ exit: 3 });
    expect(await bench.run(chain, { forced: ['b'] })).toEqual({
      a: 'hit',
      b: 'failed: exit code 3',
      c: 'skipped: b failed',
    });
    expect(bench.result('b')).toBeUndefined();
    expect(readdirSync(join(bench.store.folder, 'tmp'))).toEqual([]);
    bench.commands['copy'] = (input) => input;
    expect(await bench.run(chain)).toEqual({ a: 'hit', b: 'hit', c: 'hit' });
  });

  test('begins no other step', async () => {
    const bench = new Bench();
    bench.commands['fail'] = () => ({ exit: 'SIGKILL' });
    const ran = await bench.run('steps:\n  a: { command: fail }\n  b: { command: echo }', { jobs: 1 });
    expect(ran).toEqual({ a: 'failed: ended by SIGKILL', b: 'skipped: a failed' });
  });

  test('takes what an earlier run left of it and of those after it out of the results', async () => {
    const bench = new Bench();
    await bench.run(chain);
    expect(bench.result('c')).toBeDefined();
    bench.commands['echo'] = () => ({ exit: 1 });
    await bench.run(chain, { forced: ['a'] });
    expect(['a', 'b', 'c'].map((name) => bench.result(name))).toEqual([undefined, undefined, undefined]);
  });

  test('of the disk fails its step, not the run', async () => {
    const bench = new Bench();
    mkdirSync(join(bench.folder, 'results/a/mine'), { recursive: true });
    expect(await bench.run('steps:\n  a: { command: echo }\n  b: { command: cat, in: a }')).toMatchObject({
      a: expect.stringContaining('failed: ') as string,
      b: 'skipped: a failed',
    });
  });

  test('an interruption is told as one', async () => {
    const bench = new Bench();
    bench.commands['echo'] = () => {
      bench.interruption.abort();
      return { exit: 'SIGTERM' };
    };
    expect(await bench.run(chain)).toEqual({
      a: 'failed: interrupted',
      b: 'skipped: a failed',
      c: 'skipped: b was not run',
    });
  });
});

test('steps that do not wait for each other run at the same time, no more than asked for', async () => {
  const yaml = `steps:\n${[1, 2, 3, 4].map((i) => `  s${i}: { command: echo, extension: "${i}" }`).join('\n')}`;
  for (const jobs of [1, 3]) {
    const bench = new Bench();
    bench.commands['echo'] = () => 'x';
    bench.together = jobs;
    await bench.run(yaml, { jobs });
    expect(bench.mostRunning).toBe(jobs);
  }
});

test('a damaged object is a miss that is told, and is made anew', async () => {
  const bench = new Bench();
  await bench.run(chain);
  const object = bench.store.objectPath(digestOf('e'));
  chmodSync(object, 0o644);
  writeFileSync(object, 'x');
  const ran = await bench.run(chain);
  expect(ran['a']).toMatch(/^ran: damaged in the store: .* has other content$/);
  expect(bench.result('c')).toBe('ee');
});

test('only some steps can be run when what they need is in the store', async () => {
  const bench = new Bench();
  const { name, steps } = await experiment(chain);
  const planning: Planning = {
    experiment: name,
    store: bench.store,
    tool: noTool,
    environment: {},
    files: new Map(),
    forced: new Set(),
  };
  const before = checkOnly(steps, await makePlan(steps, planning), ['b', 'c']);
  expect(before).toMatchObject({
    ok: false,
    problems: [{ message: 'step "a" has to run first: never run before' }],
  });
  await bench.run(chain.split('\n').slice(0, 3).join('\n'));
  expect(checkOnly(steps, await makePlan(steps, planning), ['b', 'c'])).toMatchObject({ ok: true });
});

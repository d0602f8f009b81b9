import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setImmediate as turn } from 'node:timers/promises';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { ourselves } from '../../../pipeline/store/owner.ts';
import { enterStore, exclusively } from '../../../pipeline/store/store-lock.ts';
import { root } from '../../cli/shell.ts';
import { temporaryFolder } from '../../folder.ts';

const [machine] = ourselves.split('~');
const dead = `${machine}~4194305~1`; // above Linux's largest process number
const never = new AbortController().signal;
const nobody = (holder: string): never => expect.fail(`waits for ${holder}`);

test('runs share a store, and nothing has it alone until the last one has left', async () => {
  const store = join(temporaryFolder(), 'store');
  const first = await enterStore(store, nobody, never);
  const second = await enterStore(store, nobody, never);
  first!.release();
  expect(await exclusively(store, () => expect.fail('a run is there'))).toEqual({ holders: [ourselves] });
  second!.release();
  expect(await exclusively(store, async () => 'alone')).toEqual({ done: 'alone' });
  expect(readdirSync(join(store, 'locks'))).toEqual([]);
});

test('a run waits for what has the store alone, and is told whom for; others that want it are told as well', async () => {
  const store = temporaryFolder();
  const happened: string[] = [];
  let finish = (): void => {};
  const cleaning = exclusively(store, async () => {
    await new Promise<void>((resolve) => (finish = resolve));
    happened.push('cleaned');
  });
  const entering = enterStore(store, (holder) => void happened.push(holder), never).then((present) => {
    happened.push('entered');
    return present;
  });
  expect(await exclusively(store, () => expect.fail('another one is there'))).toEqual({
    holders: [ourselves],
  });
  finish();
  await cleaning;
  (await entering)!.release();
  expect(happened).toEqual([ourselves, 'cleaned', 'entered']);
});

test('a run that is interrupted while it waits leaves nothing', async () => {
  const store = temporaryFolder();
  await exclusively(store, async () => {
    const interruption = new AbortController();
    const entering = enterStore(store, () => interruption.abort(), interruption.signal);
    expect(await entering).toBe(undefined);
    expect(readdirSync(join(store, 'locks'))).toEqual(['gc']);
  });
});

test('killed holders stand in nobody’s way', async () => {
  const store = temporaryFolder();
  for (const folder of ['locks', 'tmp', `tmp/${dead}~x`]) mkdirSync(join(store, folder));
  for (const name of ['gc', 'run-1', 'some-key']) writeFileSync(join(store, 'locks', name), dead);
  (await enterStore(store, nobody, never))!.release();
  expect(await exclusively(store, async () => 'alone')).toEqual({ done: 'alone' });
});

test.each([
  ['a step’s lock', `locks/${'a'.repeat(64)}`],
  ['temporary files', `tmp/${ourselves}~x`],
])('%s of a process that runs show that it is at work', async (_, path) => {
  const store = temporaryFolder();
  mkdirSync(join(store, 'locks'));
  mkdirSync(join(store, 'tmp'));
  writeFileSync(join(store, path), ourselves);
  expect(await exclusively(store, () => expect.fail('somebody is there'))).toEqual({ holders: [ourselves] });
});

test('a failure gives the store back', async () => {
  const store = temporaryFolder();
  await expect(exclusively(store, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(readdirSync(join(store, 'locks'))).toEqual([]);
});

test('of many processes, none that has the store alone meets another one', async () => {
  const store = temporaryFolder();
  const module = pathToFileURL(join(root, 'build/pipeline/store/store-lock.js')).href;
  const script = `
    import { mkdirSync, readdirSync, rmdirSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    const { enterStore, exclusively } = await import(${JSON.stringify(module)});
    const seen = ${JSON.stringify(join(store, 'seen'))};
    const meet = async (name, allowed) => {
      mkdirSync(seen + '/' + name);
      for (let look = 0; look < 2; look++, await sleep(1)) {
        const others = readdirSync(seen).filter((other) => other !== name && !other.startsWith(allowed));
        if (others.length > 0) throw new Error(name + ' met ' + others);
      }
      rmdirSync(seen + '/' + name);
    };
    let times = 0;
    while (times < 80) {
      if (process.argv[1] === 'clean') {
        const done = await exclusively(${JSON.stringify(store)}, () => meet('alone' + process.pid, 'nobody'));
        if ('done' in done) times++;
        await sleep(Math.random());
      } else {
        const present = await enterStore(${JSON.stringify(store)}, () => {}, new AbortController().signal);
        await meet('run' + process.pid, 'run');
        present.release();
        times++;
        await sleep(Math.random() * 4);
      }
    }
  `;
  mkdirSync(join(store, 'seen'));
  const roles = ['run', 'clean', 'run', 'clean'];
  const ended = await Promise.all(
    roles.map((role) => execa('node', ['--input-type=module', '-e', script, role], { reject: false })),
  );
  expect(ended.map(({ stderr }) => stderr)).toEqual(['', '', '', '']);
});

test('however they come, nothing is alone together with a run', async () => {
  const store = temporaryFolder();
  let runs = 0;
  let alone = 0;
  const check = async (): Promise<void> => {
    expect(alone === 0 || (alone === 1 && runs === 0)).toBe(true);
    await turn();
  };
  const run = async (): Promise<void> => {
    const present = await enterStore(store, () => {}, never);
    runs++;
    await check();
    runs--;
    present!.release();
  };
  const clean = () =>
    exclusively(store, async () => {
      alone++;
      await check();
      alone--;
    });
  for (let round = 0; round < 20; round++)
    await Promise.all([clean(), run(), clean(), run(), run(), clean()]);
  expect([runs, alone]).toEqual([0, 0]);
});

import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { digestOf } from '../../pipeline/digest.ts';
import { ourselves } from '../../pipeline/store/owner.ts';
import { fill, storeIn } from '../pipeline/store/filled.ts';
import { newShell } from './shell.ts';

const ago = (days: number): Date => new Date(Date.now() - days * 86_400_000);

/** A shell in a folder with a store: what `sample` and `imdb` made, the latter long ago. */
function withStore() {
  const shell = newShell();
  const store = join(shell.folder, '.sluice');
  const large = fill(store, {
    experiment: 'imdb',
    step: 'train',
    contents: { out: 'x'.repeat(2000) },
    used: ago(40),
  });
  const small = fill(store, { step: 'decode', contents: { out: 'hello' }, used: ago(1) });
  mkdirSync(join(store, 'runs'));
  for (const [experiment, step, { key }] of [
    ['imdb', 'train', large],
    ['sample', 'decode', small],
  ] as const) {
    const steps = { [step]: { state: 'ran', key } };
    writeFileSync(join(store, `runs/2026-01-02T03-04-05.678Z-${experiment}.json`), JSON.stringify({ steps }));
  }
  return { ...shell, store, large, small, entries: () => readdirSync(join(store, 'entries')) };
}

test('ls lists what is kept, the last used first or the largest', async () => {
  const { sh, large, small } = withStore();
  const { stdout, code } = await sh('sluice cache ls');
  expect(code).toBe(0);
  const [header, first, second, total] = stdout.split('\n').map((line) => line.split(/ {2,}/));
  expect(header).toEqual(['step', 'size', 'took', 'made', 'last used', 'key']);
  expect([first![0], first![1], first![5]]).toEqual(['sample/decode', '5 B', small.key.slice(0, 8)]);
  expect([second![0], second![1], second![2]]).toEqual(['imdb/train', '2.0 kB', '2.0 s']);
  expect(total).toEqual(['2 entries, 2.0 kB, which took 4.0 s to make']);
  const sorted = await sh('sluice cache ls --sort size --json');
  expect(JSON.parse(sorted.stdout)).toMatchObject({
    entries: [
      { key: large.key, experiment: 'imdb', step: 'train', bytes: 2000, seconds: 2 },
      { key: small.key },
    ],
    bytes: 2005,
  });
});

test('verify tells what is damaged, and removes it', async () => {
  const { sh, store, small, entries } = withStore();
  expect(await sh('sluice cache verify')).toEqual({
    stdout: '2 entries and 2 objects (2.0 kB) were read: all is as it was written',
    stderr: '',
    code: 0,
  });
  const object = storeIn(store).objectPath(digestOf('hello'));
  chmodSync(object, 0o644);
  writeFileSync(object, 'hullo');
  const { stdout, code } = await sh('sluice cache verify');
  expect(code).toBe(1);
  expect(stdout).toContain(`${object} has other content`);
  expect(stdout).toContain('→ of sample/decode, to be made again by its next run');
  expect([existsSync(object), entries().includes(`${small.key}.json`)]).toEqual([false, false]);
  expect(await sh('sluice cache verify --json | jq -c .damage')).toMatchObject({ stdout: '[]', code: 0 });
});

test('gc removes what was not used for long, unless it is to be kept; --dry-run only tells', async () => {
  const { sh, small, entries } = withStore();
  const dry = await sh('sluice cache gc --older-than 30d --dry-run');
  expect(dry.stdout).toMatch(
    /^imdb\/train {2}not used for that long {2}last used .*\nwould remove 1 entry, 1 object \(2.0 kB\)\nwould leave 1 entry, 5 B$/,
  );
  expect(entries().length).toBe(2);
  const kept = await sh('sluice cache gc --older-than 30d --max-size 0B --keep imdb --keep sample');
  expect(kept.stdout).toBe(
    'removed 0 entries, 0 objects (0 B)\nleft 2 entries, 2.0 kB, more than asked for: it is to be kept',
  );
  expect(
    await sh("sluice cache gc --max-size '1 kB' --json | jq -c '[.entries[].step, .bytes, .left]'"),
  ).toEqual({
    stdout: '["train",2000,{"entries":1,"bytes":5}]',
    stderr: '',
    code: 0,
  });
  expect(entries()).toEqual([`${small.key}.json`]);
});

test('nothing is removed while a run is at work, and it is told which', async () => {
  const { sh, store, entries } = withStore();
  mkdirSync(join(store, 'locks'));
  writeFileSync(join(store, 'locks/run-1'), ourselves);
  for (const command of ['gc --max-size 0B', 'verify'])
    expect(await sh(`sluice cache ${command}`)).toEqual({
      stdout: '',
      stderr: `process ${process.pid} is at work in .sluice; nothing was done`,
      code: 1,
    });
  expect(entries().length).toBe(2);
});

test.each([
  ['cache gc --older-than 30', '--older-than is "30": expected 30d or 12h'],
  ['cache gc --max-size lots', '--max-size is "lots": expected 5GB or 500MB'],
  ['cache gc --keep smaple', 'did you mean sample?'],
  ['cache gc --max-sise 5GB', 'did you mean --max-size?'],
  ['cache ls --older-than 30d', 'no option --older-than'],
  ['cache ls --sort name', '--sort is "name"'],
  ['cache gc old', '"old" is not an option'],
  ['cache verify --store a --store b', '--store is given more than once'],
  ['cache gcc', 'did you mean gc?'],
  ['cach', 'did you mean cache?'],
])('sluice %s is a mistake', async (command, told) => {
  const { sh, entries } = withStore();
  const { stderr, stdout, code } = await sh(`sluice ${command}`);
  expect([stdout, code]).toEqual(['', 2]);
  expect(stderr).toContain('USAGE');
  expect(stderr).toContain(told);
  expect(entries().length).toBe(2);
});

test('help is there, and a store that is not is told', async () => {
  const { sh } = newShell();
  for (const command of ['cache', 'cache --help', 'cache ls --help', 'cache verify -h', 'cache gc --help'])
    expect(await sh(`sluice ${command}`)).toMatchObject({
      stdout: expect.stringContaining('sluice cache') as string,
      code: 0,
    });
  expect(await sh('sluice cache gc')).toMatchObject({
    stderr: expect.stringMatching(/^NOT_FOUND: no store there: .sluice/) as string,
    code: 1,
  });
});

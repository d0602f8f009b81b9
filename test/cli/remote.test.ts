import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../folder.ts';
import { serveBucket, useCredentials } from '../pipeline/store/remote/s3-server.ts';
import { newShell } from './shell.ts';

const words = `
params: { count: 3 }
steps:
  numbers: { command: "seq 1 \${count}" }
  reversed: { command: "sort -rn", in: numbers, extension: txt }
`;

/** A shell on a machine of its own. */
function machine() {
  const shell = newShell();
  writeFileSync(join(shell.folder, 'x.yaml'), words);
  return shell;
}

beforeEach(() => useCredentials());

test.each(['a folder', 'a bucket'])('what one machine has made another one gets from %s', async (kind) => {
  await using server = await serveBucket('bucket');
  const folder = temporaryFolder();
  vi.stubEnv('SLUICE_REMOTE', kind === 'a folder' ? folder : 's3://bucket/x');
  expect((await machine().sh('sluice run x.yaml')).stderr).toContain('2 ran');
  const { sh } = machine();
  const { stderr, code } = await sh('sluice run x.yaml');
  expect([code, stderr.includes('2 unchanged'), stderr.includes('warning')]).toEqual([0, true, false]);
  expect((await sh('cat results/x/reversed.txt')).stdout).toBe('3\n2\n1');
  expect((await sh('sluice cache ls')).stdout).toContain('2 entries');
  expect(server.contents.size).toBe(kind === 'a folder' ? 0 : 4);
});

test.each(['a folder', 'a bucket'])(
  'what was made before is pushed to %s, what is there is not sent again',
  async (kind) => {
    await using server = await serveBucket('bucket');
    const remote = kind === 'a folder' ? temporaryFolder() : 's3://bucket/x';
    const { sh, folder } = machine();
    await sh('sluice run x.yaml numbers');
    expect(await sh(`sluice cache push --remote ${remote}`)).toEqual({
      stdout: `1 entry sent to ${remote}, which had 0`,
      stderr: '',
      code: 0,
    });
    await sh('sluice run x.yaml');
    const pushed = await sh(`SLUICE_REMOTE=${remote} sluice cache push --json`);
    expect(JSON.parse(pushed.stdout)).toEqual({ sent: 1, there: 1, damaged: 0 });
    expect((await machine().sh(`sluice run x.yaml --remote ${remote}`)).stderr).toContain('2 unchanged');
    expect(server.contents.size).toBe(kind === 'a folder' ? 0 : 4);
    expect(await sh('sluice cache push')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--remote s3') as string,
    });
    await sh('echo garbage > .sluice/entries/$(ls .sluice/entries | head -n 1)');
    expect(await sh(`sluice cache push --remote ${remote}`)).toMatchObject({
      stdout: expect.stringContaining('1 entry is damaged here') as string,
      code: 1,
    });
    rmSync(join(folder, '.sluice/objects'), { recursive: true });
    expect(await sh('sluice cache push --remote s3://bucket/y')).toMatchObject({
      stdout: expect.stringContaining('2 entries are damaged here') as string,
      code: 1,
    });
  },
);

test('a push that fails says why', async () => {
  const { sh } = machine();
  await sh('sluice run x.yaml');
  expect(await sh('sluice cache push --remote ./not/there')).toMatchObject({
    stdout: expect.stringMatching(
      /^0 entries sent to .\/not\/there, which had 0\nnot all was sent: .+/,
    ) as string,
    code: 1,
  });
});

test('a machine that may only read sends nothing', async () => {
  await using server = await serveBucket('bucket');
  const { sh } = machine();
  expect((await sh('sluice run x.yaml --remote s3://bucket --remote-read-only')).code).toBe(0);
  expect(server.contents.size).toBe(0);
});

test('a shared store that is not there fails no run, and one that can be none is a mistake', async () => {
  const { sh, folder } = machine();
  const { stderr, code } = await sh('sluice run x.yaml --remote ./not/there');
  expect([code, stderr.match(/warning: the shared store .\/not\/there is not used/g)?.length]).toEqual([
    0, 1,
  ]);
  mkdirSync(join(folder, 'other'));
  await sh('cd other && sluice run ../x.yaml'); // told also where nothing has to run
  expect(await sh('cd other && sluice run ../x.yaml --remote gs://bucket')).toMatchObject({
    stderr: expect.stringContaining('--remote: gs:// is not a kind') as string,
    code: 2,
  });
});

test('what was collected is made again, and what was kept is not', async () => {
  const { sh } = machine();
  await sh('sluice run x.yaml && sluice run x.yaml --set count=4');
  expect((await sh('sluice cache gc --max-size 0B --keep x')).stdout).toContain('left 2 entries, 16 B');
  expect((await sh('sluice run x.yaml --set count=4')).stderr).toContain('2 unchanged');
  expect((await sh('sluice run x.yaml')).stderr).toContain('2 ran');
  expect((await sh('sluice cache verify')).code).toBe(0);
});

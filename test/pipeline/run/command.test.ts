import { expect, test } from 'vitest';
import { commandLine } from '../../../pipeline/run/command.ts';
import { startProcess } from '../../../pipeline/run/process.ts';
import { temporaryFolder } from '../../folder.ts';
import { commandStep, experiment } from '../stages.ts';

test.each([
  ['true', 0],
  ['exit 4', 4],
  ['false', 1],
  ['! false', 0],
  ['false | cat', 1],
  ['false; true', 0],
  ['yes | head -n 1', 0],
  ['yes | head -n 1 # a remark', 0],
  ['cat <<END | head -n 1\n$(yes | head -n 100000)\nEND', 0],
  ['{ yes; exit 3; } | head -n 1', 3],
  ['(exit 3) | yes | head -n 1', 3],
  ['yes | { head -n 1; exit 3; }', 3],
  ['yes | head -n 1; exit 5', 5],
  ["echo 'it''s \"quoted\"' > /dev/null", 0],
  ['true \\', 0],
  ['if', 2],
])('the command %j ends with %i', async (command, code) => {
  expect(await exitOf(command)).toBe(code);
});

const given = {
  program: ['sluice'],
  environment: { PATH: '/bin', HOME: '/h', TZ: 'X', EDITOR: 'e', A: '1', T: 's' },
};
const nowhere = { inputs: {}, outputs: {} };

test('a command sees what its step declares, and of the rest only how programs are found', () => {
  const step = commandStep('x', 'true', { env: { A: null, B: 'two', GONE: null }, secrets: ['T'] });
  expect(commandLine(step, nowhere, given).environment).toEqual({
    PATH: '/bin',
    HOME: '/h',
    LC_ALL: 'C',
    TZ: 'UTC',
    A: '1',
    B: 'two',
    GONE: undefined,
    T: 's',
  });
});

test('a stage is run by the command line that a person would type', async () => {
  const yaml = 'steps: { s: { stage: fit, in: ./x, with: { epochs: 2, base: ./y } } }';
  const [step] = (await experiment(yaml)).steps;
  const places = { inputs: { in: '/x', base: '/y' }, outputs: { out: '/o', log: '/l' } };
  const { command } = commandLine(step!, places, given);
  expect(command).toEqual(['sluice', 'fit', '--epochs=2', '--base=/y', '--log=/l']);
});

async function exitOf(command: string): Promise<number | string> {
  const folder = temporaryFolder();
  const line = commandLine(commandStep('x', command), nowhere, { program: [], environment: process.env });
  const job = {
    ...line,
    workingFolder: folder,
    pipeFolder: folder,
    stdout: { path: '/dev/null' },
    ipc: false,
  };
  const silent = { said: () => undefined, progressed: () => undefined };
  return (await (await startProcess(job, silent, new AbortController().signal)).ended).exit;
}

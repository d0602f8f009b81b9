import { expect, test } from 'vitest';
import { commandOf } from '../../pipeline/command.ts';
import { runProcess } from '../../pipeline/process.ts';
import { temporaryFolder } from '../folder.ts';
import { commandStep } from './stages.ts';

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

test("a command's environment is ours, with what makes it the same everywhere", async () => {
  expect(await exitOf('[ "$LC_ALL $TZ" = "C UTC" ] && [ -n "$PATH" ]')).toBe(0);
});

async function exitOf(command: string): Promise<number | string> {
  const job = commandOf(commandStep('x', command), {
    folder: temporaryFolder(),
    program: [],
    input: () => '',
  });
  return (await runProcess(job, () => undefined, new AbortController().signal)).exit;
}

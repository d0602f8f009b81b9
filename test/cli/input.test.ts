import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('an interruption before the stage reads its input is told to the reader, and ends nothing by itself', () => {
  const script = `
    import { readStandardInput } from ${JSON.stringify(new URL('../../dist/src/cli/input.js', import.meta.url).href)};
    const controller = new AbortController();
    const input = readStandardInput({ reads: { text: true } }, controller.signal);
    controller.abort();
    await new Promise((resolve) => setTimeout(resolve, 50));
    try { for await (const _ of input); } catch (error) { console.log(error.name); }`;
  const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    input: 'abc',
  });
  expect({ stdout, status }).toEqual({ stdout: 'AbortError\n', status: 0 });
});

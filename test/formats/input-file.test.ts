import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readInputFile } from '../../src/formats/input-file.ts';

test('a file that is not there is told to a reader that is not ready at once, too', async () => {
  const reading = readInputFile('no/such/file', async (bytes) => {
    await sleep(50);
    for await (const _ of bytes);
  });
  await expect(reading).rejects.toMatchObject({ code: 'NOT_FOUND', where: { file: 'no/such/file' } });
});

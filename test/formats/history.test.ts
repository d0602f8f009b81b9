import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { history, recordHistory, type Epoch } from '../../src/formats/history.ts';
import { temporaryFolder } from '../folder.ts';
import { chunked, collect, streamOf } from '../streams.ts';

const first: Epoch = { epoch: 1, loss: 0.5, accuracy: 0.75, seconds: 0.1 };
const second: Epoch = { epoch: 2, loss: 0.25, accuracy: 1, val_loss: 0.5, val_accuracy: 0.5, seconds: 0.1 };

describe('recordHistory', () => {
  test('passes epochs on, and shows each under the partial name as it comes', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'history.ndjson');
    const seen: string[] = [];
    for await (const _ of recordHistory(streamOf(first, second), file)) {
      expect(readdirSync(folder)).toEqual(['history.ndjson.partial']);
      seen.push(readFileSync(`${file}.partial`, 'utf8'));
    }
    const lines = [first, second].map((epoch) => `${JSON.stringify(epoch)}\n`);
    expect(seen).toEqual([lines[0], lines.join('')]);
    expect(readdirSync(folder)).toEqual(['history.ndjson']);
    expect(await collect(history.read(streamOf(readFileSync(file))))).toEqual([first, second]);
  });

  test('leaves nothing where its reader stops early', async () => {
    const folder = temporaryFolder();
    for await (const _ of recordHistory(streamOf(first, second), join(folder, 'history.ndjson'))) break;
    expect(readdirSync(folder)).toEqual([]);
  });

  test('writes through a link, and into a pipe', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'real'), '');
    symlinkSync('real', join(folder, 'link'));
    await collect(recordHistory(streamOf(first), join(folder, 'link')));
    expect(readFileSync(join(folder, 'real'), 'utf8')).toBe(`${JSON.stringify(first)}\n`);

    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [text] = await Promise.all([readFile(pipe, 'utf8'), collect(recordHistory(streamOf(first), pipe))]);
    expect(text).toBe(`${JSON.stringify(first)}\n`);
    expect(readdirSync(folder).sort()).toEqual(['link', 'pipe', 'real']);
  });
});

test('a line of a history that lacks a field is named', async () => {
  const read = collect(history.read(streamOf(Buffer.from('{"epoch":1,"loss":0.5,"seconds":1}\n'))));
  await expect(read).rejects.toMatchObject({ code: 'MISSING_FIELD', where: { line: 1, field: 'accuracy' } });
});

test('what is written is read', async () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0); // JSON has no -0
  const epoch = fc.record(
    {
      epoch: fc.integer({ min: 1 }),
      loss: number,
      accuracy: number,
      seconds: number,
      val_loss: number,
      val_accuracy: number,
    },
    { requiredKeys: ['epoch', 'loss', 'accuracy', 'seconds'] },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(epoch), async (epochs) => {
      const written = history.write(streamOf(...(epochs as Epoch[])));
      expect(await collect(history.read(written))).toEqual(epochs);
    }),
  );
});

test.each([
  ['"epoch":1e400', 'epoch'],
  ['"epoch":1e308', 'epoch'],
  ['"epoch":1,"loss":1e999', 'loss'],
  ['"epoch":1,"val_loss":"low"', 'val_loss'],
])('an epoch with %s is refused', async (given, field) => {
  const epoch = `{"loss":0.5,"accuracy":0.5,"seconds":1,${given}}`;
  const read = collect(history.read(chunked(Buffer.from(epoch))));
  await expect(read).rejects.toMatchObject({ code: 'BAD_VALUE', where: { line: 1, field } });
});

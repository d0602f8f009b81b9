import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeWhole } from '../../src/formats/whole-file.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function* pieces(...texts: (string | Error)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) {
    if (text instanceof Error) throw text;
    yield Buffer.from(text);
  }
}

test('a file is written in pieces or at once, over what was there', async () => {
  const path = join(folder, 'a');
  await writeWhole(path, pieces('one ', 'two'));
  expect(readFileSync(path, 'utf8')).toBe('one two');
  await writeWhole(path, Buffer.from('3'));
  expect(readFileSync(path, 'utf8')).toBe('3');
  expect(readdirSync(folder)).toEqual(['a']);
});

test('a failure half-way leaves what was there, and nothing beside it', async () => {
  const path = join(folder, 'a');
  writeFileSync(path, 'before');
  await expect(writeWhole(path, pieces('half', new Error('broken')))).rejects.toThrow('broken');
  expect(readFileSync(path, 'utf8')).toBe('before');
  expect(readdirSync(folder)).toEqual(['a']);
});

test('a link stays a link', async () => {
  const link = join(folder, 'link');
  writeFileSync(join(folder, 'a'), 'before');
  symlinkSync('a', link);
  await writeWhole(link, pieces('after'));
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('after');
});

test('a folder in its place, or none to hold it, is an error that names it', async () => {
  mkdirSync(join(folder, 'b'));
  await expect(writeWhole(join(folder, 'b'), pieces('x'))).rejects.toThrow(/a folder/);
  await expect(writeWhole(join(folder, 'absent', 'c'), pieces('x'))).rejects.toMatchObject({
    code: 'NOT_FOUND',
    where: { file: join(folder, 'absent') },
  });
});

test.skipIf(!existsSync('/dev/full'))('a full device is DISK_FULL', async () => {
  await expect(writeWhole('/dev/full', pieces('x'))).rejects.toMatchObject({ code: 'DISK_FULL' });
});

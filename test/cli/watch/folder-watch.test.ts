import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { FolderWatch } from '../../../src/cli/watch/folder-watch.ts';
import { temporaryFolder } from '../../folder.ts';

/** Longer than any test: what ends such a wait was noticed. */
const NEVER = 1_000_000;

function newWatch() {
  const folder = temporaryFolder();
  const warnings: string[] = [];
  const watch = new FolderWatch((message) => warnings.push(message));
  onTestFinished(() => watch.close());
  return { folder, watch, warnings, forever: new AbortController().signal };
}

test('what happens in a folder ends the wait', async () => {
  const { folder, watch, forever } = newWatch();
  expect(watch.follow(new Set([folder]))).toBe(true);
  expect(watch.follow(new Set([folder]))).toBe(false);
  for (const content of ['made', 'written']) {
    const stirred = watch.stirred(NEVER, forever);
    writeFileSync(join(folder, 'a'), content);
    await stirred;
  }
});

test('a folder that took the name of another is a new one', async () => {
  const { folder, watch, forever } = newWatch();
  const inner = join(folder, 'inner');
  mkdirSync(inner);
  watch.follow(new Set([inner]));
  renameSync(inner, join(folder, 'other'));
  expect(watch.follow(new Set([inner]))).toBe(true);
  mkdirSync(inner);
  expect(watch.follow(new Set([inner]))).toBe(true);
  const stirred = watch.stirred(NEVER, forever);
  writeFileSync(join(inner, 'a'), '');
  await stirred;
});

test('the wait ends when it is interrupted, and after its time', async () => {
  const { watch } = newWatch();
  const interruption = new AbortController();
  const stirred = watch.stirred(NEVER, interruption.signal);
  interruption.abort();
  await stirred;
  await watch.stirred(1, new AbortController().signal);
});

test('a folder that is not there is no reason to warn, another that cannot be listened to is one', () => {
  const { folder, watch, warnings } = newWatch();
  watch.follow(new Set([join(folder, 'none')]));
  expect(warnings).toEqual([]);
  watch.follow(new Set(['n'.repeat(300), 'm'.repeat(300)]));
  expect(warnings).toEqual([expect.stringMatching(/^ENAMETOOLONG.*; changes are found/)]);
});

import { execa } from 'execa';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import type { RunRecord } from '../../pipeline/tell/record.ts';
import { program, root } from '../cli/shell.ts';
import { temporaryFolder } from '../folder.ts';

/** A copy of what npm would install, elsewhere. */
function install(folder: string): string {
  for (const name of ['dist', 'config', 'package.json'])
    cpSync(join(root, name), join(folder, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

/** Runs steps of the sample there, and gives each step's key. */
async function keysOf(
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<Record<string, unknown>> {
  const command = 'umask "$MASK"; exec "$NODE" "$CLI" run config/sample.yaml longest evaluate';
  await execa('bash', ['-c', command], {
    cwd: folder,
    env: { NODE: process.execPath, CLI: relative(root, program), ...env },
  });
  const { steps } = JSON.parse(readFileSync(join(folder, 'results/sample/run.json'), 'utf8')) as RunRecord;
  return Object.fromEntries(Object.entries(steps).map(([name, step]) => [name, step['key']]));
}

test('the same checkout gives the same keys at another path, for another user, in another country', async () => {
  const [here, there] = [install(temporaryFolder()), install(join(temporaryFolder(), 'ein anderer Ordner'))];
  mkdirSync(join(there, 'home'));
  const abroad = {
    MASK: '077',
    HOME: join(there, 'home'),
    USER: 'ayşe',
    LC_ALL: 'tr_TR.UTF-8',
    LANG: 'tr_TR.UTF-8',
    TZ: 'Asia/Tokyo',
  };
  const atHome = { MASK: '022', LC_ALL: 'C', TZ: 'America/St_Johns' };
  const [keys, others] = await Promise.all([keysOf(here, atHome), keysOf(there, abroad)]);
  expect(Object.keys(keys).length).toBeGreaterThan(6);
  expect(others).toEqual(keys);
});

import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { processesIn } from './processes.ts';
import { collectGarbage, type Ended, type Place, startRun } from './runner.ts';
import { readResults, type Scene } from './scene.ts';

/** A run that ended as if nothing had ever disturbed it. */
export function expectRight(scene: Scene, place: Place, { code, signal, stderr }: Ended): void {
  deepStrictEqual({ code, signal }, { code: 0, signal: null }, stderr);
  deepStrictEqual(readResults(place.results, scene.name), scene.expected, stderr);
}

/** After a disturbed run: nothing lies among its results or in its store that is not whole and right. */
export function expectNothingWrong({ name, expected }: Scene, { store, results }: Place): void {
  if (existsSync(join(results, name)))
    for (const [file, digest] of readResults(results, name))
      strictEqual(digest, expected.get(file), `${file} of a disturbed run is not what it should be`);
  for (const path of filesIn(join(store, 'objects'))) {
    const digest = createHash('sha256').update(readFileSync(path)).digest('hex');
    ok(digest.endsWith(path.split('/').at(-1)!), `${path} has the sha256 ${digest}`);
  }
}

/** Nothing that works in the scene's folder runs on, after a moment. */
export async function expectNoProcess({ folder }: Scene): Promise<void> {
  for (let wait = 100; wait > 0; wait--) {
    if (processesIn(folder).length === 0) return;
    await setTimeout(50);
  }
  const left = processesIn(folder);
  deepStrictEqual(left.map(describe), [], 'processes that outlive their run');
}

/** The next run is right, and what the disturbed ones left is gone after `sluice cache gc`. */
export async function expectRecovery(scene: Scene, place: Place): Promise<void> {
  expectRight(scene, place, await startRun(scene, place).ended);
  const { code, stderr } = await collectGarbage(scene, place);
  strictEqual(code, 0, stderr);
  expectNoLitter(place);
}

/** The store holds nothing that a run only needs while it goes on. */
export function expectNoLitter({ store }: Place): void {
  for (const folder of ['tmp', 'locks'])
    deepStrictEqual(filesIn(join(store, folder)), [], 'litter in the store');
}

/** Every command ran exactly once since the log was cleared. */
export function expectOnce({ log }: Scene): void {
  const runs = filesIn(log).map((path) => [
    basename(path),
    readFileSync(path, 'utf8').split('\n').length - 1,
  ]);
  deepStrictEqual(
    runs,
    runs.map(([step]) => [step, 1]),
    'how often each step ran',
  );
}

export function clearLog({ log }: Scene): void {
  for (const path of filesIn(log)) writeFileSync(path, '');
}

function describe(pid: number): string {
  try {
    return `${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`;
  } catch {
    return `${pid}`;
  }
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
}

import { deepStrictEqual, match, ok, strictEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { RunRecord } from '../../pipeline/tell/record.ts';
import type { Random } from '../../src/random.ts';
import {
  expectNoLitter,
  expectNoProcess,
  expectNothingWrong,
  expectRecovery,
  expectRight,
} from './checks.ts';
import { readProcess, send, stepProcesses } from './processes.ts';
import { type Ended, type Place, type Running, startRun } from './runner.ts';
import type { Scene } from './scene.ts';

export interface Circumstances {
  readonly scene: Scene;
  /** A new one, empty. */
  readonly place: Place;
  /** When it is to happen, in milliseconds after the start: somewhere in the duration of an undisturbed run. */
  readonly instant: number;
  readonly random: Random;
}

/** Does something to a run, and throws an `AssertionError` if what comes after is not right. Gives whether the run was still going on. */
export type Trial = (circumstances: Circumstances) => Promise<boolean>;

export const killRunner: Trial = async ({ scene, place, instant, random }) => {
  const running = startRun(scene, place, jobsOf(random));
  await setTimeout(instant);
  send(running.pid, 'SIGKILL');
  const { signal } = await running.ended;
  await expectNoProcess(scene);
  expectNothingWrong(scene, place);
  await expectRecovery(scene, place);
  return signal === 'SIGKILL';
};

export const killStep: Trial = async ({ scene, place, instant, random }) => {
  const running = startRun(scene, place, jobsOf(random));
  await setTimeout(instant);
  const victim = await stopAnyStep(running, random);
  if (victim !== undefined) send(random.below(2) === 0 ? victim : -victim, 'SIGKILL');
  const ended = await running.ended;
  if (victim === undefined) expectRight(scene, place, ended);
  else expectFailed(scene, place, ended);
  await expectNoProcess(scene);
  expectNothingWrong(scene, place);
  await expectRecovery(scene, place);
  return victim !== undefined;
};

export const interruptOnce: Trial = (circumstances) => interrupt(circumstances, 1);

export const interruptTwice: Trial = (circumstances) => interrupt(circumstances, 2);

/** A number of steps at a time. */
export const jobsOf = (random: Random): number => 1 + random.below(4);

async function interrupt({ scene, place, instant, random }: Circumstances, times: 1 | 2): Promise<boolean> {
  const running = startRun(scene, place, jobsOf(random));
  await setTimeout(instant);
  const landed = !running.isOver();
  const signal = random.below(2) === 0 ? 'SIGINT' : 'SIGTERM';
  send(running.pid, signal);
  if (times === 2) {
    await setTimeout(random.below(50));
    send(running.pid, signal);
  }
  const ended = await running.ended;
  // So early that it listens to no signal yet, it has done nothing either; so late, it has done everything.
  if (ended.signal !== null) deepStrictEqual({ ...ended }, { code: null, signal, stderr: '' });
  else if (ended.code !== 0) strictEqual(ended.code, 130, ended.stderr);
  if (times === 1) expectNoLitter(place);
  await expectNoProcess(scene);
  expectNothingWrong(scene, place);
  await expectRecovery(scene, place);
  return landed && ended.code !== 0;
}

/**
 * Stops one of the runner's steps, so that it can't end by itself before it is killed. Gives its process; `undefined` if the run ended
 * before there was one.
 */
async function stopAnyStep(running: Running, random: Random): Promise<number | undefined> {
  while (!running.isOver()) {
    const steps = stepProcesses(running.pid);
    const victim = steps[random.below(Math.max(1, steps.length))];
    if (victim !== undefined) {
      send(victim, 'SIGSTOP');
      if (hasStopped(victim)) return victim;
    }
    await setTimeout(5);
  }
  return undefined;
}

/** Waits until a process has followed SIGSTOP; it may have ended before. */
function hasStopped(pid: number): boolean {
  for (;;) {
    const state = readProcess(pid)?.state ?? 'X';
    if (!'RSD'.includes(state)) return state === 'T';
  }
}

/** It says so, and says which step it was, in words and in the record. */
function expectFailed({ name }: Scene, { results }: Place, { code, stderr }: Ended): void {
  strictEqual(code, 1, stderr);
  const record = JSON.parse(readFileSync(join(results, name, 'run.json'), 'utf8')) as RunRecord;
  strictEqual(record.status, 'failed');
  const failed = Object.keys(record.steps).filter((step) => record.steps[step]!.state === 'failed');
  ok(failed.length > 0, 'no step of the record has failed');
  for (const step of failed) match(stderr, new RegExp(`^${step} .*failed`, 'm'));
}

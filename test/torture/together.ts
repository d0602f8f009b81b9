import { setTimeout } from 'node:timers/promises';
import {
  clearLog,
  expectNoProcess,
  expectNothingWrong,
  expectOnce,
  expectRecovery,
  expectRight,
} from './checks.ts';
import { send } from './processes.ts';
import { startRun } from './runner.ts';
import { jobsOf, type Trial } from './trials.ts';

/** Two to four runs on one store: each step runs once in all of them together. */
export const runTogether: Trial = async ({ scene, place, random }) => {
  clearLog(scene);
  const runs = Array.from({ length: 2 + random.below(3) }, (_, i) => ({
    // Every other run shares its results with the first one, as runs in the same folder do.
    at: i % 2 === 0 ? place : { ...place, results: `${place.results}-${i}` },
    delay: random.below(2) * random.below(Math.ceil(scene.duration)),
    jobs: jobsOf(random),
  }));
  const ended = await Promise.all(
    runs.map(async ({ at, delay, jobs }) => {
      await setTimeout(delay);
      return startRun(scene, at, jobs).ended;
    }),
  );
  for (const [i, { at }] of runs.entries()) expectRight(scene, at, ended[i]!);
  expectOnce(scene);
  await expectNoProcess(scene);
  await expectRecovery(scene, place);
  return true;
};

/** Of two runs on one store, one is killed: the other finishes. */
export const killOneOfTwo: Trial = async ({ scene, place, instant, random }) => {
  const other = { ...place, results: `${place.results}-of-the-other` };
  const pair = [startRun(scene, place, jobsOf(random)), startRun(scene, other, jobsOf(random))] as const;
  const [killed, spared] = random.below(2) === 0 ? [0, 1] : [1, 0];
  await setTimeout(instant);
  send(pair[killed].pid, 'SIGKILL');
  const { signal } = await pair[killed].ended;
  expectRight(scene, [place, other][spared]!, await pair[spared].ended);
  await expectNoProcess(scene);
  expectNothingWrong(scene, place);
  await expectRecovery(scene, place);
  return signal === 'SIGKILL';
};

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../src/random.ts';
import { processesIn, send } from './processes.ts';
import { newPlace } from './runner.ts';
import { generatedScene, type Scene } from './scene.ts';
import type { Trial } from './trials.ts';

export interface Series {
  readonly name: string;
  readonly trial: Trial;
  readonly rounds: number;
  readonly makeScene?: (random: Random) => Promise<Scene>;
}

/** What a series came to. */
export interface Tally {
  readonly name: string;
  readonly rounds: number;
  /** How many disturbances came while the run went on, by quarter of an undisturbed run's duration. */
  readonly landed: readonly number[];
  /** A report of each trial that went wrong. */
  readonly wrong: readonly string[];
}

/** How many trials have an experiment in common. */
const SHARED = 4;

/**
 * Makes a series of trials, their instants spread evenly over the run: each in a slice of its own, in random order. One that goes wrong
 * keeps its folder, and the next ones are made all the same. `only` is the number of a single one.
 */
export async function tryAll(
  { name, trial, rounds, makeScene = generatedScene }: Series,
  seed: number,
  only?: number,
): Promise<Tally> {
  const [landed, wrong] = [[0, 0, 0, 0], [] as string[]];
  const slices = new Random(seed, name, 'slices').shuffle(Array.from({ length: rounds }, (_, i) => i));
  for (let first = 0; first < rounds; first += SHARED) {
    const numbers = slices.map((_, i) => i).slice(first, first + SHARED);
    const chosen = numbers.filter((number) => only === undefined || only === number);
    if (chosen.length === 0) continue;
    const scene = await makeScene(new Random(seed, name, 'experiment', first));
    let kept = false;
    for (const number of chosen) {
      const random = new Random(seed, name, number);
      const share = (slices[number]! + random.uniform()) / rounds;
      const place = newPlace(scene.folder, String(number));
      try {
        const instant = share * scene.duration;
        if (await trial({ scene, place, instant, random })) landed[Math.floor(4 * share)]! += 1;
        rmSync(join(scene.folder, String(number)), { recursive: true });
      } catch (error) {
        kept = true;
        const repeat = `TORTURE_SEED=${seed} TORTURE_ONLY='${name}/${number}' npm run test:torture`;
        wrong.push(
          `${name}/${number}, kept in ${scene.folder}/${number}\n${String(error)}\nagain: ${repeat}`,
        );
      } finally {
        for (const pid of processesIn(scene.folder)) send(pid, 'SIGKILL');
      }
    }
    if (!kept) rmSync(scene.folder, { recursive: true });
  }
  return { name, rounds, landed, wrong };
}

/** The tallies as a table. */
export function toTable(tallies: readonly Tally[]): string {
  const rows = tallies.map(({ name, rounds, landed, wrong }) => [
    name,
    String(rounds),
    String(landed.reduce((sum, count) => sum + count)),
    landed.join(' '),
    String(wrong.length),
  ]);
  const table = [['trial', 'rounds', 'landed', 'by quarter of the run', 'wrong'], ...rows];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  return table.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')).join('\n');
}

import { existsSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { sampleScene } from './scene.ts';
import { killOneOfTwo, runTogether } from './together.ts';
import { type Series, type Tally, tryAll, toTable } from './series.ts';
import { interruptOnce, interruptTwice, killRunner, killStep } from './trials.ts';

/** `npm run test:torture` asks for the long round. */
const LONG = process.env['TORTURE'] === 'long';
const SEED = Number(process.env['TORTURE_SEED'] ?? (LONG ? Date.now() % 1e6 : 1));
/** One trial: its series and its number, as a failure tells them. */
const [ONLY, NUMBER] = process.env['TORTURE_ONLY']?.split('/') ?? [];

const rounds = (long: number, short: number): number => (LONG ? long : short);

const SERIES: readonly Series[] = [
  { name: 'kill the runner', trial: killRunner, rounds: rounds(100, 3) },
  { name: 'kill a step', trial: killStep, rounds: rounds(60, 2) },
  { name: 'interrupt once', trial: interruptOnce, rounds: rounds(40, 1) },
  { name: 'interrupt twice', trial: interruptTwice, rounds: rounds(20, 1) },
  { name: 'kill the runner of the sample', trial: killRunner, rounds: rounds(12, 0), makeScene: sampleScene },
  { name: 'kill a step of the sample', trial: killStep, rounds: rounds(8, 0), makeScene: sampleScene },
  { name: 'run together', trial: runTogether, rounds: rounds(50, 1) },
  { name: 'kill one of two', trial: killOneOfTwo, rounds: rounds(30, 1) },
];

const tallies: Tally[] = [];

async function make(series: Series): Promise<void> {
  const tally = await tryAll(series, SEED, NUMBER === undefined ? undefined : Number(NUMBER));
  tallies.push(tally);
  expect(tally.wrong.join('\n\n')).toBe('');
  if (NUMBER === undefined && series.rounds >= 4)
    expect(tally.landed.reduce((sum, count) => sum + count)).toBeGreaterThan(series.rounds / 2);
}

const wanted = ({ name, rounds: count }: Series): boolean => count > 0 && (ONLY ?? name) === name;
const TIMEOUT = 3_600_000;

const hasProc = existsSync('/proc/self/stat');
if (!hasProc) console.warn('the trials are skipped: processes are found through Linux’s /proc');

test.skipIf(!hasProc).each(SERIES.filter(wanted))('$name: the next run is right', { timeout: TIMEOUT }, make);

afterAll(() => console.log(`seed ${SEED}\n${toTable(tallies)}`));

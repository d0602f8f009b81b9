import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeEngine } from '../src/engine/tfjs/tensorflow.ts';
import { accuracyRows } from './accuracy.ts';
import { type Arguments, type Part, PARTS, readArguments, USAGE } from './arguments.ts';
import { cRows } from './c.ts';
import { coldRows, measureCold } from './cold.ts';
import { fastTextRows } from './fasttext.ts';
import { findKeras, type KerasRun, runKeras } from './keras.ts';
import { describeMachine } from './machine.ts';
import type { Cost } from './measure.ts';
import { millionRows } from './million.ts';
import { measurePipe, pipeRows } from './pipe.ts';
import { predictRows } from './predict.ts';
import { rerunRows } from './rerun.ts';
import { fetchData, ROOT, type Run, type Workspace } from './sluice.ts';
import { judge, type Row, toMarkdown } from './table.ts';
import { measureTraining, type Trainings, trainingRows } from './training.ts';

const say = (line: string): void => console.error(`bench: ${line}`);

/** What was measured in alternation, round by round. */
interface Rounds {
  readonly cold: Run[];
  readonly pipe: Cost[];
  readonly train: Trainings[];
  readonly keras: KerasRun[];
}

async function main(): Promise<void> {
  const options = readArguments(process.argv.slice(2));
  if (options === undefined) return console.log(USAGE);
  const python = findKeras(options.python);
  if (python === undefined)
    say('no Python with Keras found: Sluice’s figures alone (`--python PATH` names one)');
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  try {
    say('taking the data');
    const workspace = { folder, parameters: await fetchData(folder, options.params) };
    const rounds = await alternate(options, workspace, python);
    const rows = await collectRows(options, workspace, rounds);
    await report(options, rows, rounds.keras[0]?.report.versions);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Measures both sides by turns; each goes first in every other round. */
async function alternate(
  { rounds, parts }: Arguments,
  workspace: Workspace,
  python: string | undefined,
): Promise<Rounds> {
  const measured: Rounds = { cold: [], pipe: [], train: [], keras: [] };
  const npz = join(workspace.folder, 'data/imdb.npz');
  const ours = async (): Promise<void> => {
    if (parts.includes('cold')) measured.cold.push(await measureCold(workspace));
    if (parts.includes('pipe')) measured.pipe.push(await measurePipe(npz, workspace.folder));
    if (parts.includes('train')) measured.train.push(await measureTraining(workspace));
  };
  const theirs = async (seed: number): Promise<void> => {
    const peerless: readonly Part[] = ['rerun', 'c', 'fasttext', 'million', 'predict'];
    const needed = parts.filter((part) => !peerless.includes(part));
    if (python === undefined || needed.length === 0) return;
    const only = needed.every((part) => part === 'pipe') ? ['--only', 'vectorize'] : [];
    const more = ['--seed', String(seed), ...only];
    measured.keras.push(await runKeras(python, { npz, folder: workspace.folder, more }));
  };
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}`);
    if (round % 2 === 0) await theirs(round);
    await ours();
    if (round % 2 === 1) await theirs(round);
  }
  return measured;
}

async function collectRows(
  { parts, rounds }: Arguments,
  workspace: Workspace,
  { cold, pipe, train, keras }: Rounds,
): Promise<Row[]> {
  const rowsOf: Record<Part, () => Row[] | Promise<Row[]>> = {
    cold: () => coldRows(cold, keras),
    rerun: () => rerunRows(workspace, rounds),
    pipe: () => pipeRows(pipe, keras),
    train: () => trainingRows(train, keras),
    c: () => cRows(workspace, rounds),
    fasttext: () => fastTextRows(workspace, rounds),
    million: () => millionRows(workspace, rounds),
    predict: () => predictRows(workspace, rounds),
    accuracy: () => accuracyRows(workspace, keras),
  };
  const rows: Row[] = [];
  for (const part of parts) {
    say(part);
    rows.push(...(await rowsOf[part]()));
  }
  return rows;
}

async function report(
  { parts, rounds }: Arguments,
  rows: readonly Row[],
  keras: Readonly<Record<string, string>> | undefined,
): Promise<void> {
  const about = describeMachine({
    Sluice: { node: process.versions.node, ...(await describeEngine()) },
    Keras: keras,
  });
  const text = `# What Sluice costs, beside Keras, C and fastText\n\n${EXPLANATION(rounds)}\n\n${about.join('\n')}\n\n${toMarkdown(rows, 'Keras, or as named')}`;
  process.stdout.write(text);
  if (parts.length === PARTS.length) {
    mkdirSync(join(ROOT, 'bench'), { recursive: true });
    writeFileSync(join(ROOT, 'bench/RESULTS.md'), text);
  }
  const missed = rows.filter((row) => judge(row) === 'missed');
  if (missed.length > 0) process.exitCode = 1;
  say(missed.length === 0 ? 'no target was missed' : `${missed.length} targets were missed`);
}

const EXPLANATION = (rounds: number): string =>
  `Written by \`npm run bench\`. Medians of ${rounds} round${rounds === 1 ? '' : 's'}, and of the rounds' ratios, Sluice and Keras by turns. Keras runs
bench/keras_imdb.py: the textbook's dense way, with no plot and no progress bar. Peak memory is the largest sum over a
command's process tree at one instant, looked at every 50 ms: all anonymous memory, and the file-backed memory of the
process that has most (the others map the same program and libraries). C is bench/training.c: the same arithmetic on one thread, from
the same weights in the same order; that both come to the same weights is checked first. fastText reads the same word numbers.`;

await main();

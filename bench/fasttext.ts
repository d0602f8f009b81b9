import { spawnSync } from 'node:child_process';
import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reviews } from '../src/formats/reviews.ts';
import { measure } from './measure.ts';
import { runStage, stepOutput, trainAlone, type Workspace } from './sluice.ts';
import { median, medianRatio } from './statistics.ts';
import { formatSeconds, notMeasured, ratioAtMost, type Row } from './table.ts';

const FIGURE = 'four epochs and the test, against fastText’s five on 2 threads and its test: wall time';

/** What training and testing took, and the accuracy on the test reviews. */
interface Tested {
  readonly seconds: number;
  readonly accuracy: number;
}

/** Rows of our training and test against fastText's, on the same word numbers; all processes from start to end. */
export async function fastTextRows(workspace: Workspace, rounds: number): Promise<Row[]> {
  if (spawnSync('fasttext').error) return [notMeasured(FIGURE, 'no `fasttext` here', ratioAtMost(1))];
  await writeTexts(workspace);
  const [ours, theirs]: [Tested[], Tested[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) theirs.push(await runFastText(workspace));
    ours.push(await runOurs(workspace));
    if (round % 2 === 1) theirs.push(await runFastText(workspace));
  }
  const of = (runs: readonly Tested[], figure: keyof Tested): number[] => runs.map((run) => run[figure]);
  const ratio = medianRatio(of(ours, 'seconds'), of(theirs, 'seconds'));
  const [accuracy, peer] = [median(of(ours, 'accuracy'))!, median(of(theirs, 'accuracy'))!];
  return [
    {
      figure: FIGURE,
      sluice: formatSeconds(median(of(ours, 'seconds'))!),
      peer: `${formatSeconds(median(of(theirs, 'seconds'))!)} (fastText)`,
      ratio,
      goal: { value: ratio, target: ratioAtMost(1) },
    },
    {
      figure: '— accuracy on the test reviews (seed 1)',
      sluice: accuracy.toFixed(4),
      peer: `${peer.toFixed(4)} (fastText)`,
      goal: { value: accuracy - peer, target: { text: '> fastText’s', atLeast: Number.MIN_VALUE } },
    },
  ];
}

const textOf = ({ folder }: Workspace, split: 'train' | 'test'): string => join(folder, `${split}.txt`);

/** The reviews as fastText reads them: the label, then the numbers of the words, a line a review. */
async function writeTexts(workspace: Workspace): Promise<void> {
  const lines: Record<string, string[]> = { train: [], test: [] };
  for await (const { split, label, tokens } of reviews.read(
    createReadStream(await stepOutput(workspace, 'decode', 'out')),
  ))
    lines[split]!.push(`__label__${label} ${Array.from(tokens).join(' ')}\n`);
  for (const split of ['train', 'test'] as const)
    writeFileSync(textOf(workspace, split), lines[split]!.join(''));
}

async function runFastText(workspace: Workspace): Promise<Tested> {
  const model = join(workspace.folder, 'fasttext');
  const options = ['-epoch', '5', '-thread', '2', '-verbose', '0'];
  const files = ['-input', textOf(workspace, 'train'), '-output', model];
  const trained = await measure(['fasttext', 'supervised', ...files, ...options]);
  const tested = await measure(['fasttext', 'test', `${model}.bin`, textOf(workspace, 'test')]);
  // With one label a review, the precision at 1 is the accuracy.
  const accuracy = Number(/^P@1\s+(\S+)$/m.exec(tested.stdout)?.[1]);
  return { seconds: trained.seconds + tested.seconds, accuracy };
}

async function runOurs(workspace: Workspace): Promise<Tested> {
  const split = await stepOutput(workspace, 'split', 'out');
  const trained = await trainAlone(workspace, ['--epochs', '4', '--fit', 'train,validation'], split);
  const output = join(workspace.folder, 'evaluation.json');
  const tested = await runStage(['evaluate', '--model', trained.model], { input: split, output });
  const { accuracy } = JSON.parse(readFileSync(output, 'utf8')) as { accuracy: number };
  return { seconds: trained.seconds + tested.seconds, accuracy };
}

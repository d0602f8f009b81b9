import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from './measure.ts';
import { COPIES, MILLION, writeCopies } from './million.ts';
import { runStage, stepOutput, type Workspace } from './sluice.ts';
import { median } from './statistics.ts';
import { formatMilliseconds, type Row } from './table.ts';

/** Rows of `predict`: a million vectors, and one review as text, each as a process from its start to its end. */
export async function predictRows(workspace: Workspace, rounds: number): Promise<Row[]> {
  const { folder } = workspace;
  const model = await stepOutput(workspace, 'final', 'out');
  const output = join(folder, 'predictions.ndjson');
  const input = await writeCopies(workspace, COPIES);
  const text = join(folder, 'review.txt');
  writeFileSync(text, 'what a film\n');
  const words = join(folder, 'data/imdb_word_index.json');
  const [rates, more]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const { seconds } = await runStage(['predict', '--model', model], { input, output });
    rates.push(MILLION / seconds);
    const bare = await measure([process.execPath, '-e', '0']);
    const one = await runStage(['predict', '--model', model, '--words', words], { input: text, output });
    more.push(one.seconds - bare.seconds);
  }
  const [rate, review] = [median(rates)!, median(more)!];
  return [
    {
      figure: '`predict`: vectors a second (1,000,000 of them, start-up, reading and writing counted)',
      sluice: Math.round(rate).toLocaleString('en-US'),
      goal: { value: rate, target: { text: '≥ 200,000', atLeast: 200_000 } },
    },
    {
      figure: '— one review as text: wall time above that of `node -e 0`',
      sluice: formatMilliseconds(review),
      goal: { value: review, target: { text: '≤ 200 ms', atMost: 0.2 } },
    },
  ];
}

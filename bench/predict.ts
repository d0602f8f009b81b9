import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from './measure.ts';
import { outputOf, runExperiment, SLUICE, type Workspace } from './sluice.ts';
import { median } from './statistics.ts';
import { formatSeconds, type Row } from './table.ts';

/** Vectors a second, and seconds that a review may take beside a Node that does nothing. */
const RATE = 200_000;
const MOST = 0.2;

/** Rows of `predict`, on all vectors and on one line of text, less what starting costs, each measured in every round. */
export async function predictRows(workspace: Workspace, rounds: number): Promise<Row[]> {
  const run = await runExperiment(workspace, ['final']);
  const files = {
    MODEL: outputOf(workspace, run, 'final', 'out'),
    VECTORS: outputOf(workspace, run, 'split', 'out'),
    WORDS: join(workspace.folder, 'data/imdb_word_index.json'),
    PREDICTIONS: join(workspace.folder, 'predictions.ndjson'),
  };
  const [all, start, one, bare]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let round = 0; round < rounds; round++) {
    all.push(await timeOf('"$NODE" "$CLI" predict --model "$MODEL" < "$VECTORS" > "$PREDICTIONS"', files));
    start.push(await timeOf('"$NODE" "$CLI" predict --help', files));
    one.push(
      await timeOf('echo "what a film" | "$NODE" "$CLI" predict --model "$MODEL" --words "$WORDS"', files),
    );
    bare.push(await timeOf('"$NODE" -e 0', files));
  }
  const vectors = readFileSync(files.PREDICTIONS, 'utf8').split('\n').length - 1;
  const rate = vectors / median(all.map((seconds, round) => seconds - start[round]!))!;
  const more = median(one.map((seconds, round) => seconds - bare[round]!))!;
  return [
    {
      figure: `\`predict\` of ${vectors.toLocaleString('en')} vectors: wall time, its start-up counted`,
      sluice: `${formatSeconds(median(all)!)} (\`predict --help\`: ${formatSeconds(median(start)!)})`,
    },
    {
      figure: '— vectors a second, from Arrow to NDJSON, after its start-up',
      sluice: Math.round(rate).toLocaleString('en'),
      goal: { value: rate, target: { text: `≥ ${RATE.toLocaleString('en')}`, atLeast: RATE } },
    },
    {
      figure: '`predict` of a line of text: wall time more than `node -e 0`',
      sluice: formatSeconds(more),
      goal: { value: more, target: { text: `≤ ${formatSeconds(MOST)}`, atMost: MOST } },
    },
  ];
}

async function timeOf(script: string, files: Readonly<Record<string, string>>): Promise<number> {
  const [NODE, CLI] = SLUICE;
  const { seconds } = await measure(['bash', '-c', script], { NODE, CLI, ...files });
  return seconds;
}

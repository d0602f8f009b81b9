import type { Epoch } from '../src/formats/history.ts';
import type { KerasRun } from './keras.ts';
import { runExperiment, runTraining, type Workspace } from './sluice.ts';
import { known, mean } from './statistics.ts';
import type { Row, Target } from './table.ts';

const SEEDS = [1, 2, 3, 4, 5];

/** Rows of what the models are worth. Keras's figures are of the rounds that were run: seeds 1, 2, … */
export async function accuracyRows(workspace: Workspace, theirs: readonly KerasRun[]): Promise<Row[]> {
  const { epochs } = await runTraining(workspace, 'overfit', ['--set', 'seed=1']);
  const ours = describeOverfit(epochs);
  const keras = theirs[0]?.report.overfit;
  const peer = keras && describeOverfit(keras);
  const overfit = OVERFIT.map(({ figure, name, digits, target }): Row => {
    const [value, other] = [ours[name], peer?.[name]];
    return {
      figure: `\`overfit\`, seed 1: ${figure}`,
      sluice: value?.toFixed(digits) ?? '?',
      peer: other?.toFixed(digits),
      goal: { value, target },
    };
  });
  return [...overfit, ...(await finalRows(workspace, theirs))];
}

/** What an overfitting history is judged by. */
export function describeOverfit(epochs: readonly Epoch[]) {
  const best = epochs.reduce((a, b) => ((b.val_accuracy ?? 0) > (a.val_accuracy ?? 0) ? b : a));
  const lowest = epochs.reduce((a, b) => ((b.val_loss ?? Infinity) < (a.val_loss ?? Infinity) ? b : a));
  const last = epochs.at(-1)!;
  return {
    bestAccuracy: best.val_accuracy,
    bestEpoch: best.epoch,
    lowestLossEpoch: lowest.epoch,
    lastLoss: last.val_loss,
    lastTrainAccuracy: last.accuracy,
  };
}

interface Judged {
  readonly figure: string;
  readonly name: keyof ReturnType<typeof describeOverfit>;
  readonly digits: number;
  readonly target: Target;
}

const OVERFIT: readonly Judged[] = [
  {
    figure: 'best val_accuracy',
    name: 'bestAccuracy',
    digits: 4,
    target: { text: '≥ 0.885', atLeast: 0.885 },
  },
  { figure: 'its epoch', name: 'bestEpoch', digits: 0, target: { text: '2 to 7', atLeast: 2, atMost: 7 } },
  {
    figure: 'epoch of the lowest val_loss',
    name: 'lowestLossEpoch',
    digits: 0,
    target: { text: '3 to 6', atLeast: 3, atMost: 6 },
  },
  { figure: 'val_loss at epoch 20', name: 'lastLoss', digits: 3, target: { text: '> 0.45', atLeast: 0.45 } },
  {
    figure: 'training accuracy at epoch 20',
    name: 'lastTrainAccuracy',
    digits: 4,
    target: { text: '≥ 0.995', atLeast: 0.995 },
  },
];

async function finalRows(workspace: Workspace, theirs: readonly KerasRun[]): Promise<Row[]> {
  const tests: { accuracy: number; loss: number }[] = [];
  for (const seed of SEEDS) {
    const { record } = await runExperiment(workspace, ['evaluate', '--set', `seed=${seed}`]);
    tests.push(record.steps['evaluate']!.metrics as { accuracy: number; loss: number });
  }
  const peers = known(theirs.map(({ report }) => report.evaluate));
  const row = (name: 'accuracy' | 'loss', target: Target): Row => {
    const values = tests.map((test) => test[name]);
    const value = mean(values);
    const peer = mean(peers.map((test) => test[name]));
    return {
      figure: `\`final\` on the test reviews, mean of seeds 1 to 5: ${name}`,
      sluice: `${value?.toFixed(4)} (${Math.min(...values).toFixed(4)} to ${Math.max(...values).toFixed(4)})`,
      peer: peer === undefined ? undefined : `${peer.toFixed(4)} (mean of ${peers.length})`,
      goal: { value, target },
    };
  };
  return [
    row('accuracy', { text: '0.884 ± 0.003', atLeast: 0.881, atMost: 0.887 }),
    row('loss', { text: '0.290 ± 0.010', atLeast: 0.28, atMost: 0.3 }),
  ];
}

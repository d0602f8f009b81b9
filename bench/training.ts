import type { Epoch } from '../src/formats/history.ts';
import type { KerasRun } from './keras.ts';
import { runTraining, type Workspace } from './sluice.ts';
import { known, median, medianRatio } from './statistics.ts';
import { formatSeconds, type Row } from './table.ts';

const STEPS = ['overfit', 'final'] as const;
type Step = (typeof STEPS)[number];

/** What one training took: the step as a whole, and an epoch in the middle. */
interface Training {
  readonly whole: number;
  readonly epoch: number;
}
export type Trainings = Readonly<Record<Step, Training>>;

/** Trains both models, one after the other, with nothing beside them. */
export async function measureTraining(workspace: Workspace): Promise<Trainings> {
  const overfit = await trainAlone(workspace, 'overfit');
  return { overfit, final: await trainAlone(workspace, 'final') };
}

async function trainAlone(workspace: Workspace, step: Step): Promise<Training> {
  const { record, epochs } = await runTraining(workspace, step, [`--force=${step}`]);
  return { whole: Number(record.steps[step]!['seconds']), epoch: middle(epochs) };
}

const middle = (epochs: readonly Epoch[]): number => median(epochs.map(({ seconds }) => seconds))!;

/** Rows of both trainings against Keras's, round by round. */
export function trainingRows(ours: readonly Trainings[], theirs: readonly KerasRun[]): Row[] {
  return STEPS.flatMap((step) => {
    const peers = theirs.map(({ report }): Training => ({
      whole: report.seconds[step]!,
      epoch: middle(report[step]!),
    }));
    const row = (figure: string, measured: keyof Training): Row => {
      const [a, b] = [ours.map((one) => one[step][measured]), peers.map((one) => one[measured])];
      const peer = median(known(b));
      return {
        figure,
        sluice: formatSeconds(median(a)!),
        peer: peer === undefined ? undefined : formatSeconds(peer),
        ratio: medianRatio(a, b),
      };
    };
    const rows = step === 'overfit' ? '15,000 rows, validated on 10,000' : '25,000 rows';
    return [
      row(`\`${step}\`, an epoch (${rows})`, 'epoch'),
      row('— the whole step (ours with start-up and reading)', 'whole'),
    ];
  });
}

import type { Epoch } from '../src/formats/history.ts';
import type { KerasRun } from './keras.ts';
import { stepOutput, trainAlone, type Workspace } from './sluice.ts';
import { known, median, medianRatio } from './statistics.ts';
import { formatMilliseconds, formatSeconds, ratioAtMost, type Row } from './table.ts';

/** The steps of config/imdb.yaml that train, as a person types them, and what an epoch of them is. */
const STEPS = {
  overfit: { options: ['--epochs', '20'], rows: '15,000 rows, validated on 10,000' },
  final: { options: ['--epochs', '4', '--fit', 'train,validation'], rows: '25,000 rows' },
} as const;
type Step = keyof typeof STEPS;

/** What one training took: the process as a whole, and an epoch in the middle. */
interface Training {
  readonly whole: number;
  readonly epoch: number;
}
export type Trainings = Readonly<Record<Step, Training>>;

/** Trains both models, one after the other, with nothing beside them. */
export async function measureTraining(workspace: Workspace): Promise<Trainings> {
  const split = await stepOutput(workspace, 'split', 'out');
  const train = async (step: Step): Promise<Training> => {
    const { seconds, epochs } = await trainAlone(workspace, STEPS[step].options, split);
    return { whole: seconds, epoch: middle(epochs) };
  };
  const overfit = await train('overfit');
  return { overfit, final: await train('final') };
}

const middle = (epochs: readonly Epoch[]): number => median(epochs.map(({ seconds }) => seconds))!;

/** Rows of both trainings against Keras's, round by round. */
export function trainingRows(ours: readonly Trainings[], theirs: readonly KerasRun[]): Row[] {
  const compare = (step: Step, measured: keyof Training) => {
    const a = ours.map((one) => one[step][measured]);
    const b = theirs.map(({ report }) =>
      measured === 'epoch' ? middle(report[step]!) : report.seconds['import']! + report.seconds[step]!,
    );
    return { ours: median(a)!, theirs: median(known(b)), ratio: medianRatio(a, b) };
  };
  return (['overfit', 'final'] as const).flatMap((step): Row[] => {
    const [epoch, whole] = [compare(step, 'epoch'), compare(step, 'whole')];
    const target = (ratio: number | undefined, bound: number) =>
      step === 'overfit' ? { value: ratio, target: ratioAtMost(bound) } : undefined;
    return [
      {
        figure: `\`${step}\`, an epoch (${STEPS[step].rows}), in the middle`,
        sluice: formatMilliseconds(epoch.ours),
        peer: epoch.theirs === undefined ? undefined : formatMilliseconds(epoch.theirs),
        ratio: epoch.ratio,
        goal: target(epoch.ratio, 1 / 25),
      },
      {
        figure: '— from the start of a process to the model on the disk (Keras: the import and the training)',
        sluice: formatSeconds(whole.ours),
        peer: whole.theirs === undefined ? undefined : formatSeconds(whole.theirs),
        ratio: whole.ratio,
        goal: target(whole.ratio, 1 / 12),
      },
      ...(step === 'overfit' ? [limitRow(whole.ours)] : []),
    ];
  });
}

const limitRow = (seconds: number): Row => ({
  figure: '— the same, by the clock',
  sluice: formatSeconds(seconds),
  goal: { value: seconds, target: { text: '≤ 1.00 s', atMost: 1 } },
});

import { StageError } from '../error.ts';
import type { Epoch } from '../formats/history.ts';
import type { Context, Progress } from '../stage.ts';
import type { Trainer } from './contract.ts';
import type { Objective } from './loss.ts';
import { pauses } from './pause.ts';
import { shareOf, type Schedule } from './schedule.ts';
import type { RowSource } from './row-source.ts';
import { labelsOf, slices } from './rows.ts';
import { Tally, type Metric } from './tally.ts';

/** How long to train, on what, and what to measure. */
export interface Fit {
  readonly rows: RowSource;
  /** Judged after each epoch; none where there are no rows. */
  readonly validation: RowSource;
  readonly objective: Objective;
  readonly learningRate: number;
  readonly schedule?: Schedule | undefined;
  readonly metrics: readonly Metric[];
  readonly epochs: number;
  readonly batchSize: number;
  /** How many epochs are behind the trainer already. */
  readonly done?: number;
}

/**
 * Trains, epoch by epoch, on all rows in an order shuffled anew each time. As in Keras, an epoch's `loss` and `accuracy`
 * are means over the rows, each judged just before its batch changes the weights. Throws the signal's reason once
 * it is aborted, and `OUT_OF_RANGE` where the loss is no longer a number.
 */
export async function* fit(trainer: Trainer, settings: Fit, context: Context): AsyncGenerator<Epoch> {
  const { rows, validation: judged, metrics, epochs, batchSize, done = 0 } = settings;
  for (const source of [rows, judged]) await hold(trainer, source);
  const batches = Math.ceil(rows.count / batchSize);
  const pause = pauses();
  for (let epoch = done + 1; epoch <= epochs; epoch++) {
    const start = performance.now();
    const progress = context.progress(`epoch ${epoch}/${epochs}`, batches);
    try {
      const tally = await trainEpoch(trainer, settings, {
        epoch,
        start,
        progress,
        pause,
        signal: context.signal,
      });
      const validation = await validate(trainer, settings, context.signal);
      const when = { epoch, batch: batches };
      if (!Number.isFinite(validation.val_loss ?? 0))
        throw diverged(`the validation's loss is ${validation.val_loss}`, when);
      // Where rows were judged, they have shown it.
      if (epoch === epochs || validation.val_loss === undefined) checkWeights(trainer, when);
      const results = { ...report(tally, metrics), ...validation };
      const seconds = Math.round(performance.now() - start) / 1000;
      progress.finish(`${since(start)} s - ${describe(results)}`);
      yield { epoch, ...results, seconds };
    } catch (error) {
      progress.finish();
      throw error;
    }
  }
}

async function hold(trainer: Trainer, source: RowSource): Promise<void> {
  if (source.count === 0 || source.passes) return;
  for await (const rows of source.inOrder()) trainer.hold(rows);
}

interface During {
  readonly epoch: number;
  readonly start: number;
  readonly progress: Progress;
  /** Lets a signal through, and what is written be written. */
  readonly pause: ReturnType<typeof pauses>;
  readonly signal: AbortSignal;
}

async function trainEpoch(trainer: Trainer, settings: Fit, during: During): Promise<Tally> {
  const { rows: source, batchSize, learningRate, schedule } = settings;
  const { epoch, start, progress, pause, signal } = during;
  const batches = Math.ceil(source.count / batchSize);
  const tally = new Tally(settings.objective);
  let batch = 0;
  for await (const { rows, order } of source.shuffled(epoch)) {
    for (const numbers of slices(order, batchSize)) {
      const rate = learningRate * shareOf(schedule, (epoch - 1) * batches + batch);
      const penalty = trainer.penalty();
      // Before the step, which uses them, too: a loop that does nothing else gets them from memory many at a time.
      const labels = labelsOf(rows, numbers);
      tally.add(trainer.step(rows, numbers, rate), labels, penalty);
      batch++;
      if (!Number.isFinite(tally.loss)) throw diverged(`the loss is ${tally.loss}`, { epoch, batch });
      await pause(() => {
        const soFar = describe({ loss: tally.loss, accuracy: tally.accuracy });
        progress.update(batch, `batch ${batch}/${batches} ${since(start)} s - ${soFar}`);
      });
      signal.throwIfAborted();
    }
    if (source.passes) trainer.forget(rows);
  }
  return tally;
}

const since = (start: number): string => ((performance.now() - start) / 1000).toFixed(2);

type Results = Omit<Epoch, 'epoch' | 'seconds'>;

async function validate(trainer: Trainer, settings: Fit, signal: AbortSignal): Promise<Partial<Results>> {
  const { validation, objective, metrics } = settings;
  if (validation.count === 0) return {};
  const tally = new Tally({ ...objective, classWeights: undefined });
  const penalty = trainer.penalty();
  for await (const rows of validation.inOrder()) {
    tally.add(await trainer.sums(rows, signal), rows.labels, penalty);
    if (validation.passes) trainer.forget(rows);
  }
  return Object.fromEntries(
    Object.entries(report(tally, metrics)).map(([name, value]) => [`val_${name}`, value]),
  );
}

const report = (tally: Tally, metrics: readonly Metric[]): Results => ({
  loss: tally.loss,
  accuracy: tally.accuracy,
  ...Object.fromEntries(metrics.map((metric) => [metric, tally.metric(metric)])),
});

const describe = (results: Partial<Results>): string =>
  Object.entries(results)
    .map(([name, value]) => `${name}: ${value.toFixed(4)}`)
    .join(' - ');

/** The last step may have ruined them, and no batch comes after it to show it. A loop, as in `labelsOf`. */
function checkWeights(trainer: Trainer, when: { epoch: number; batch: number }): void {
  for (const weights of trainer.weights())
    for (let i = 0; i < weights.length; i++)
      if (!Number.isFinite(weights[i])) throw diverged(`a weight is ${weights[i]}`, when);
}

const diverged = (what: string, { epoch, batch }: { epoch: number; batch: number }): StageError =>
  new StageError('OUT_OF_RANGE', `${what} in epoch ${epoch}, batch ${batch}`, {
    hint: 'training diverges: try a smaller learningRate, or another optimizer, loss or activation',
  });

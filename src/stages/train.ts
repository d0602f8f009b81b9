import * as v from 'valibot';
import { replay, saveEach } from '../engine/checkpoints.ts';
import { chooseEarlyStopping, chooseOptimizer, chooseSchedule } from '../engine/choose.ts';
import { checkLabels, chooseOutputs, countClasses, noteLabels } from '../engine/classes.ts';
import { MONITORS, stopEarly, type EarlyStopping } from '../engine/early-stopping.ts';
import { toolchainOf } from '../engine/engine.ts';
import { fit } from '../engine/fit.ts';
import { checkKeepable, checkResumable, decisiveOptions, digestRows } from '../engine/resume.ts';
import { gatherRows, type Gathered } from '../engine/gather.ts';
import { countSplits, noRow } from '../engine/splits.ts';
import { startPerceptron, startTopology, type Begin } from '../engine/start.ts';
import { trainingOptions } from '../engine/training-options.ts';
import { StageError } from '../error.ts';
import { readCheckpoint, writeCheckpoint, type Checkpoint } from '../formats/checkpoint.ts';
import { recordEvents } from '../formats/event-folder.ts';
import { recordHistory, type Epoch } from '../formats/history.ts';
import { readInputFile } from '../formats/input-file.ts';
import type { AnyModel } from '../formats/model.ts';
import { SPLITS, type Split } from '../formats/review.ts';
import { models } from '../formats/safetensors.ts';
import { readTopology } from '../formats/topology.ts';
import { vectors } from '../formats/vectors.ts';
import { checkWritable, writeWhole } from '../formats/whole-file.ts';
import { choice, integer, list, number, outputFile, outputFolder, shellFile, some } from '../options.ts';
import { defineStage, type Context } from '../stage.ts';

const options = {
  ...trainingOptions,
  epochs: v.optional(integer(1, 'how often each row is trained on'), 20),
  batchSize: v.optional(integer(1, 'rows a step'), 512),
  shuffleBuffer: v.optional(
    integer(
      1,
      'for more rows than memory: how many are in memory and shuffled at a time, in whole blocks of about 1000; if unset, all',
    ),
  ),
  patience: v.optional(
    integer(0, 'stop after so many epochs without a better monitor, and keep the best weights'),
  ),
  monitor: v.optional(choice(MONITORS, 'what patience looks at; if unset val_loss')),
  minDelta: v.optional(number(0, 1e6, 'of patience: how much better the monitor must get; if unset 0')),
  seed: v.optional(integer(0, 'seed of the first weights and of the order of the rows'), 1),
  fit: v.optional(list(choice(SPLITS, 'a split'), 'the splits whose rows it is trained on'), ['train']),
  validate: v.optional(
    some(
      choice(SPLITS, 'a split'),
      'the splits that it is judged on after each epoch; if unset, validation, unless fit has it',
    ),
  ),
  history: v.optional(outputFile('history.ndjson', 'a file that takes the history, a line an epoch')),
  tensorboard: v.optional(
    outputFolder('a folder that takes the history for TensorBoard, which can watch it grow', 'tensorboard'),
  ),
  checkpoint: v.optional(
    shellFile('a file that is written after each epoch, with all that it takes to go on from there'),
  ),
  resume: v.optional(shellFile('a checkpoint to go on from, to the same end as without a break')),
};
type Options = v.InferOutput<v.StrictObjectSchema<typeof options, undefined>>;

/**
 * Trains a multi-layer perceptron, or layers of any kind, from scratch, as Keras would: the same initial distributions, optimizers,
 * losses and metrics. All randomness comes from `seed`; the same input, options and toolchain give the same bytes.
 */
export const train = defineStage({
  summary: 'Trains a perceptron on vectors, from scratch, or layers of any kind',
  example: 'sluice train --epochs 4 --history history.ndjson < split.arrows > model.safetensors',
  reads: vectors,
  writes: models,
  options,
  toolchain: ({ engine, topology }) => toolchainOf(engine, topology),
  run: async function* (input, given, context) {
    const plan = await planOf(given);
    checkKeepable(given);
    const { checkpoint, resume, fit } = given;
    if (checkpoint !== undefined) await checkWritable(checkpoint);
    const resumed = resume === undefined ? undefined : await readInputFile(resume, readCheckpoint);
    const validate = given.validate ?? (['validation'] as const).filter((split) => !fit.includes(split));

    const counts = new Map<Split, number>();
    const labels = new Set<number>();
    const splits = [...fit, ...validate];
    const checked = checkLabels(input, { outputs: plan.start.outputs, splits });
    const noted = plan.start.outputs === undefined ? noteLabels(checked, splits, labels) : checked;
    // The engine loads while whoever writes the vectors is still at work.
    const gathering = gatherRows(countSplits(noted, counts), { ...given, validate });
    const loading = plan.start.load((line) => context.say(line));
    const [begin, gathered] = await Promise.all([loading, gathering]).catch((error: unknown) => {
      // What was gathered, or still is, is nobody's then.
      void gathering.then((gathered) => gathered.close()).catch(() => {});
      throw error;
    });
    try {
      if (gathered.rows.count === 0) throw noRow('fit', fit, counts);
      const isJudged = given.validate?.length || plan.stopping?.monitor.startsWith('val_');
      if (validate.length === 0 && isJudged) throw nothingJudged(plan.stopping!);
      if (gathered.validation.count === 0 && isJudged) throw noRow('validate', validate, counts);
      const outputs = plan.start.outputs ?? chooseOutputs({ ...given, classes: countClasses(labels) })!;
      yield await trainOn(gathered, { ...plan, outputs, begin, resumed, options: given }, context);
    } finally {
      await gathered.close();
    }
  },
});

/** What the options say, each part checked. */
const planOf = async (given: Options) => ({
  start:
    given.topology === undefined
      ? startPerceptron(given)
      : startTopology(await readInputFile(given.topology, readTopology), given),
  optimizer: chooseOptimizer(given),
  schedule: chooseSchedule(given),
  stopping: chooseEarlyStopping(given),
});

interface Training extends Awaited<ReturnType<typeof planOf>> {
  readonly outputs: number;
  readonly begin: Begin;
  readonly options: Options;
  readonly resumed: Checkpoint | undefined;
}

/** The model that comes of it; history and checkpoints are written on the way. */
async function trainOn(gathered: Gathered, training: Training, context: Context): Promise<AnyModel> {
  const { about, rows, validation } = gathered;
  const { begin, outputs, optimizer, schedule, stopping, resumed, options: given } = training;
  const isKept = given.checkpoint !== undefined || resumed !== undefined;
  // Before the trainer takes the rows.
  const digest = isKept ? await digestRows(rows, validation) : '';
  const batchSize = Math.min(given.batchSize, rows.count);
  const { trainer, toModel } = await begin(about, { optimizer, batchSize, outputs });
  try {
    if (resumed !== undefined) {
      checkResumable(resumed, { options: given, rows: digest });
      trainer.restore(resumed);
    }
    const behind = resumed?.epochs ?? [];
    const { objective } = training.start;
    const settings = { ...given, metrics: given.metrics ?? [], objective, schedule };
    const { learningRate } = optimizer;
    const fitted = fit(
      trainer,
      { ...settings, rows, validation, learningRate, done: behind.length },
      context,
    );
    let best: readonly Float32Array[] | undefined;
    let epochs: AsyncIterable<Epoch> = replay(behind, fitted);
    if (stopping !== undefined)
      epochs = stopEarly(epochs, stopping, ({ epoch }) => {
        best = resumed && epoch <= behind.length ? resumed.best : trainer.weights();
      });
    const { checkpoint, history, tensorboard } = given;
    if (checkpoint !== undefined) {
      const saved = { trainer, about: { options: decisiveOptions(given), rows: digest }, best: () => best };
      epochs = saveEach(epochs, { ...saved, behind: behind.length }, (state) =>
        writeWhole(checkpoint, writeCheckpoint(state)),
      );
    }
    if (history !== undefined) epochs = recordHistory(epochs, history);
    if (tensorboard !== undefined) epochs = recordEvents(epochs, tensorboard);
    for await (const _ of epochs);
    return toModel(best ?? trainer.weights());
  } finally {
    trainer.dispose();
  }
}

const nothingJudged = ({ monitor }: EarlyStopping): StageError =>
  new StageError('USAGE', `patience looks at ${monitor}, and no split is validated`, {
    where: { field: 'validate' },
    hint: 'name a split that is not fitted, or give --monitor loss',
  });

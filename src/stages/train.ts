import * as v from 'valibot';
import { replay, saveEach } from '../engine/checkpoints.ts';
import { chooseEarlyStopping, chooseOptimizer, chooseSchedule } from '../engine/choose.ts';
import { MONITORS, stopEarly } from '../engine/early-stopping.ts';
import { toolchainOf } from '../engine/engine.ts';
import { fit as fitModel } from '../engine/fit.ts';
import { checkKeepable, checkResumable, decisiveOptions, digestRows } from '../engine/resume.ts';
import { collectRows, countRows } from '../engine/rows.ts';
import { countSplits, noRow } from '../engine/splits.ts';
import { startPerceptron, startTopology } from '../engine/start.ts';
import { trainingOptions } from '../engine/training-options.ts';
import { readCheckpoint, writeCheckpoint } from '../formats/checkpoint.ts';
import { recordEvents } from '../formats/event-folder.ts';
import { recordHistory, type Epoch } from '../formats/history.ts';
import { readInputFile } from '../formats/input-file.ts';
import { SPLITS, type Split } from '../formats/review.ts';
import { models } from '../formats/safetensors.ts';
import { readTopology } from '../formats/topology.ts';
import { vectors } from '../formats/vectors.ts';
import { checkWritable, writeWhole } from '../formats/whole-file.ts';
import { choice, integer, list, number, outputFile, outputFolder, shellFile, some } from '../options.ts';
import { defineStage } from '../stage.ts';

/**
 * Trains a multi-layer perceptron, or layers of any kind, from scratch, as Keras would: the same initial distributions, optimizers,
 * losses and metrics. All randomness comes from `seed`; the same input, options and toolchain give the same bytes.
 */
export const train = defineStage({
  summary: 'Trains a perceptron on vectors, from scratch, or layers of any kind',
  example: 'sluice train --epochs 4 --history history.ndjson < split.arrows > model.safetensors',
  reads: vectors,
  writes: models,
  options: {
    ...trainingOptions,
    epochs: v.optional(integer(1, 'how often each row is trained on'), 20),
    batchSize: v.optional(integer(1, 'rows a step'), 512),
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
  },
  toolchain: ({ engine, topology }) => toolchainOf(engine, topology),
  run: async function* (input, options, context) {
    const {
      topology,
      metrics = [],
      epochs,
      batchSize,
      seed,
      fit,
      history,
      tensorboard,
      checkpoint,
    } = options;
    const optimizer = chooseOptimizer(options);
    const schedule = chooseSchedule(options);
    const start =
      topology === undefined
        ? startPerceptron(options)
        : startTopology(await readInputFile(topology, readTopology), options);
    const { objective } = start;
    const stopping = chooseEarlyStopping(options);
    checkKeepable(options);
    if (checkpoint !== undefined) await checkWritable(checkpoint);
    const resumed =
      options.resume === undefined ? undefined : await readInputFile(options.resume, readCheckpoint);
    const validate = options.validate ?? (['validation'] as const).filter((split) => !fit.includes(split));

    const counts = new Map<Split, number>();
    // The engine loads while whoever writes the vectors is still at work.
    const [begin, [rows, validation]] = await Promise.all([
      start.load((line) => context.say(line)),
      collectRows(countSplits(input, counts), fit, validate),
    ]);
    if (countRows(rows) === 0) throw noRow('fit', fit, counts);
    const isJudged = options.validate?.length || stopping?.monitor.startsWith('val_');
    if (countRows(validation) === 0 && isJudged) throw noRow('validate', validate, counts);

    // Before the trainer takes the rows.
    const isKept = checkpoint !== undefined || resumed !== undefined;
    const about = { options: decisiveOptions(options), rows: isKept ? digestRows(rows, validation) : '' };
    const { trainer, toModel } = await begin(rows, {
      optimizer,
      batchSize: Math.min(batchSize, countRows(rows)),
    });
    try {
      if (resumed !== undefined) {
        checkResumable(resumed, { options, rows: about.rows });
        trainer.restore(resumed);
      }
      const behind = resumed?.epochs ?? [];
      const { learningRate } = optimizer;
      const settings = {
        rows,
        validation,
        objective,
        metrics,
        epochs,
        batchSize,
        seed,
        learningRate,
        schedule,
      };
      let best: readonly Float32Array[] | undefined;
      let training: AsyncIterable<Epoch> = replay(
        behind,
        fitModel(trainer, { ...settings, done: behind.length }, context),
      );
      if (stopping !== undefined)
        training = stopEarly(training, stopping, ({ epoch }) => {
          best = resumed && epoch <= behind.length ? resumed.best : trainer.weights();
        });
      if (checkpoint !== undefined) {
        const saved = { trainer, about, best: () => best, behind: behind.length };
        training = saveEach(training, saved, (state) => writeWhole(checkpoint, writeCheckpoint(state)));
      }
      if (history !== undefined) training = recordHistory(training, history);
      if (tensorboard !== undefined) training = recordEvents(training, tensorboard);
      for await (const _ of training);
      yield toModel(best ?? trainer.weights());
    } finally {
      trainer.dispose();
    }
  },
});

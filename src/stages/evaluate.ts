import * as v from 'valibot';
import { checkLabels } from '../engine/classes.ts';
import { activateRows } from '../engine/outputs.ts';
import { checkProbabilities } from '../engine/probabilities.ts';
import { collectRows } from '../engine/collect.ts';
import { countSplits, noRow } from '../engine/splits.ts';
import { Tally } from '../engine/tally.ts';
import { loadSums } from '../engine/tensorflow-sums.ts';
import { readInputFile } from '../formats/input-file.ts';
import { json } from '../formats/json.ts';
import { outputLayerOf } from '../formats/output-layer.ts';
import { SPLITS, type Split } from '../formats/review.ts';
import { readModel } from '../formats/safetensors.ts';
import { vectors } from '../formats/vectors.ts';
import { metricsOfClasses } from '../metrics/class-metrics.ts';
import { metricsOf } from '../metrics/metrics.ts';
import { choice, inputFile, list } from '../options.ts';
import { defineStage } from '../stage.ts';

export const evaluate = defineStage({
  summary: 'Judges a model: loss, accuracy, precision, recall, F1, ROC AUC, confusion, calibration',
  example: 'sluice evaluate --model model.safetensors < vectors.arrows',
  reads: vectors,
  writes: json('metrics'),
  options: {
    model: inputFile('the model to judge'),
    on: v.optional(list(choice(SPLITS, 'a split'), 'the splits whose rows it is judged on'), ['test']),
  },
  metrics: true,
  toolchain: 'tensorflow',
  run: async function* (input, { model: path, on }, context) {
    const model = await readInputFile(path, readModel);
    const counts = new Map<Split, number>();
    const { units: outputs, activation } = outputLayerOf(model);
    const checked = checkLabels(input, { outputs, splits: on });
    const [rows] = await collectRows(countSplits(checked, counts), on);
    if (rows.labels.length === 0) throw noRow('on', on, counts);
    const toSums = await loadSums(model, (line) => context.say(line));
    const sums = await toSums(rows, context.signal);
    const probabilities = checkProbabilities(new Float32Array(activateRows(activation, sums, outputs)));
    // As in Keras, and as `train` judges: from the sums, of which a probability near 0 or 1 has lost most.
    const tally = new Tally({ loss: model.loss, activation });
    tally.add(sums, rows.labels);
    const metrics =
      outputs === 1
        ? metricsOf(rows.labels, probabilities)
        : metricsOfClasses(rows.labels, probabilities, outputs);
    yield { splits: on, loss: tally.loss, ...metrics };
  },
});

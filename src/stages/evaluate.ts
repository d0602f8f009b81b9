import * as v from 'valibot';
import { activate, meanLoss } from '../engine/loss.ts';
import { checkProbabilities } from '../engine/probabilities.ts';
import { collectRows } from '../engine/rows.ts';
import { countSplits, noRow } from '../engine/splits.ts';
import { activationOf, loadSums } from '../engine/tensorflow-sums.ts';
import { readInputFile } from '../formats/input-file.ts';
import { json } from '../formats/json.ts';
import { SPLITS, type Split } from '../formats/review.ts';
import { readModel } from '../formats/safetensors.ts';
import { vectors } from '../formats/vectors.ts';
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
    const [rows] = await collectRows(countSplits(input, counts), on);
    if (rows.labels.length === 0) throw noRow('on', on, counts);
    const toSums = await loadSums(model, (line) => context.say(line));
    const sums = await toSums(rows, context.signal);
    const activation = activationOf(model);
    const probabilities = checkProbabilities(sums.map((sum) => activate(activation, sum)));
    // As in Keras, and as `train` judges: from the sums, of which a probability near 0 or 1 has lost most.
    const loss = meanLoss({ loss: model.loss, activation }, sums, rows.labels);
    yield { splits: on, loss, ...metricsOf(rows.labels, probabilities) };
  },
});

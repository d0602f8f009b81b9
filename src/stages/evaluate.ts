import * as v from 'valibot';
import { loadEngine } from '../engine/engine.ts';
import { checkProbabilities } from '../engine/probabilities.ts';
import { collectRows } from '../engine/rows.ts';
import { countSplits, noRow } from '../engine/splits.ts';
import { describeEngine } from '../engine/tensorflow.ts';
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
  toolchain: describeEngine,
  run: async function* (input, { model: path, on }, context) {
    const model = await readInputFile(path, readModel);
    const counts = new Map<Split, number>();
    const [rows] = await collectRows(countSplits(input, counts), on);
    if (rows.labels.length === 0) throw noRow('on', on, counts);
    const engine = await loadEngine((line) => context.say(line));
    const probabilities = checkProbabilities(await engine.predict(model, rows, context.signal));
    yield { splits: on, ...metricsOf(model.loss, rows.labels, probabilities) };
  },
});

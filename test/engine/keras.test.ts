import { describe, expect, test } from 'vitest';
import {
  chooseEarlyStopping,
  chooseHiddenLayers,
  chooseObjective,
  chooseOptimizer,
  chooseRegularization,
  chooseSchedule,
} from '../../src/engine/choose.ts';
import { chooseOutputs, countClasses } from '../../src/engine/classes.ts';
import { stopEarly } from '../../src/engine/early-stopping.ts';
import { loadEngine, type Engine } from '../../src/engine/engine.ts';
import { fit } from '../../src/engine/fit.ts';
import { initializeLayers } from '../../src/engine/initialize.ts';
import { heldRows } from '../../src/engine/row-source.ts';
import { createPortableKernels } from '../../src/engine/tfjs/portable.ts';
import { collectRows } from '../../src/engine/collect.ts';
import { loadTensorFlow } from '../../src/engine/tfjs/tensorflow.ts';
import { createEngine } from '../../src/engine/tfjs/engine.ts';
import { withWeights } from '../../src/formats/model.ts';
import { vectors } from '../../src/formats/vectors.ts';
import { checkOptions } from '../../src/options.ts';
import { train } from '../../src/stages/train.ts';
import { quiet } from '../stages/through.ts';
import { chunked, collect } from '../streams.ts';
import { goldens, relativeDifference, toleranceOf, type Golden } from './golden.ts';

/** The goldens' trainings by an engine: the history, and what is left of the weights' agreement with Keras. */
async function trainAs(golden: Golden, engine: Engine) {
  const options = checkOptions(train.options, golden.options);
  const { fit: splits, metrics = [], epochs, batchSize, seed } = options;
  const [rows, all] = await collectRows(vectors.read(chunked(golden.input)), splits, ['validation']);
  const validation = splits.includes('validation') ? { ...all, labels: new Float32Array(0) } : all;
  const optimizer = chooseOptimizer(options);
  const objective = chooseObjective(options);
  const labels = new Set([...rows.labels, ...validation.labels]);
  const units = chooseOutputs(options) ?? countClasses(labels);
  const shapes = [...chooseHiddenLayers(options), { units, activation: objective.activation }];
  const layers = initializeLayers(rows.dimension, shapes, options);
  const regularization = chooseRegularization(options);
  const trainer = engine.createTrainer(layers, { objective, optimizer, batchSize, ...regularization });
  const { learningRate } = optimizer;
  const schedule = chooseSchedule(options);
  const settings = {
    rows: heldRows(rows, seed),
    validation: heldRows(validation, seed),
    objective,
    metrics,
    epochs,
    batchSize,
    learningRate,
    schedule,
  };
  let best: Float32Array[] | undefined;
  const epochsOf = fit(trainer, settings, quiet);
  const stopping = chooseEarlyStopping(options);
  const history = await collect(
    stopping ? stopEarly(epochsOf, stopping, () => (best = trainer.weights())) : epochsOf,
  );
  const trained = withWeights(layers, best ?? trainer.weights());
  trainer.dispose();
  return { history, trained };
}

/** The engine where tfjs-node is missing. */
async function loadPortableEngine(): Promise<Engine> {
  const { tf } = await loadTensorFlow(() => Promise.reject(new Error('missing, for this test')));
  return createEngine(tf, createPortableKernels(tf));
}

/** In this order: whoever loads the native backend makes it the one in use. */
const engines = [
  ['in WebAssembly', () => loadEngine('wasm', console.warn)],
  ['in plain JavaScript', loadPortableEngine],
  ['that is loaded by default', () => loadEngine('tfjs', console.warn)],
] as const;

describe.each(engines)('the engine %s', (_, load) => {
  test.each(goldens)('trains as Keras does from the same weights and batches: $name', async (golden) => {
    const { history, trained } = await trainAs(golden, await load());
    expect(history.map(({ seconds: _seconds, ...epoch }) => epoch)).toEqual(
      golden.history.map((epoch) =>
        Object.fromEntries(Object.entries(epoch).map(([name, value]) => [name, expect.closeTo(value, 4)])),
      ),
    );
    expect(relativeDifference(trained, golden.layers)).toBeLessThan(toleranceOf(golden));
  });
});

import { describe, expect, test } from 'vitest';
import { chooseLayers, chooseOptimizer } from '../../src/engine/choose.ts';
import { loadEngine, type Engine } from '../../src/engine/engine.ts';
import { fit } from '../../src/engine/fit.ts';
import { initializeLayers } from '../../src/engine/initialize.ts';
import { createPortableKernels } from '../../src/engine/tfjs/portable.ts';
import { collectRows } from '../../src/engine/rows.ts';
import { loadTensorFlow } from '../../src/engine/tfjs/tensorflow.ts';
import { createEngine } from '../../src/engine/tfjs/engine.ts';
import { vectors } from '../../src/formats/vectors.ts';
import { quiet } from '../stages/through.ts';
import { chunked, collect } from '../streams.ts';
import { goldens, input, relativeDifference, type Golden } from './golden.ts';

/** The goldens' trainings by an engine: the history, and what is left of the weights' agreement with Keras. */
async function trainAs({ options }: Golden, engine: Engine) {
  const {
    fit: splits = ['train'],
    loss = 'binary_crossentropy',
    metrics = [],
    epochs,
    batchSize,
    seed,
  } = options;
  const [rows, all] = await collectRows(vectors.read(chunked(input)), splits, ['validation']);
  const validation = splits.includes('validation') ? { ...all, labels: new Float32Array(0) } : all;
  const { units, activation = 'relu', activations, outputActivation = 'sigmoid' } = options;
  const shapes = chooseLayers({ units, activation, activations, outputActivation });
  const {
    optimizer: name = 'rmsprop',
    learningRate,
    rho,
    momentum,
    nesterov,
    beta1,
    beta2,
    epsilon,
  } = options;
  const optimizer = chooseOptimizer(name, { learningRate, rho, momentum, nesterov, beta1, beta2, epsilon });
  const layers = initializeLayers(rows.dimension, shapes, seed);
  const trainer = engine.createTrainer(layers, { rows, loss, optimizer, batchSize });
  const objective = { loss, activation: outputActivation };
  const history = await collect(
    fit(trainer, { rows, validation, objective, metrics, epochs, batchSize, seed }, quiet),
  );
  const trained = trainer.layers();
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
    expect(relativeDifference(trained, golden.layers)).toBeLessThan(5e-5);
  });
});

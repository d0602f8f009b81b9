import { OPTIMIZERS } from '../../../src/engine/optimizer.ts';
import { createWasmEngine } from '../../../src/engine/wasm/engine.ts';
import { createPredictor } from '../../../src/engine/wasm/predictor.ts';
import type { Model } from '../../../src/formats/model.ts';

/** What a page does with the engine: it asks a model, and trains it a little. Everything that comes out, as JSON. */
export async function run(kernels: Uint8Array): Promise<string> {
  const predictor = await createPredictor(kernels, model);
  const engine = await createWasmEngine(kernels);
  const trainer = engine.createTrainer(model.layers, {
    objective: { loss: model.loss, activation: 'sigmoid' },
    optimizer: OPTIMIZERS.rmsprop,
    batchSize: ROWS,
  });
  for (let step = 0; step < 3; step++)
    trainer.step(
      rows,
      Uint32Array.from({ length: ROWS }, (_, row) => row),
      0.001,
    );
  return JSON.stringify({
    predictions: [...predictor.predict(rows)],
    sums: [...(await engine.sums(model, rows))],
    trained: trainer.weights().map((weights) => [...weights]),
    trainedSums: [...(await trainer.sums(rows))],
  });
}

const DIMENSION = 50;
const ROWS = 40;

/** Numbers from -0.5 to 0.5. */
const weights = (length: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => ((i * 7919) % 1000) / 1000 - 0.5);

const model: Model = {
  dimension: DIMENSION,
  encoding: 'multi-hot',
  loss: 'binary_crossentropy',
  layers: [
    { units: 16, activation: 'relu', kernel: weights(16 * DIMENSION), bias: weights(16) },
    { units: 5, activation: 'tanh', kernel: weights(16 * 5), bias: weights(5) },
    { units: 1, activation: 'sigmoid', kernel: weights(5), bias: weights(1) },
  ],
};

/** Row r has ones in columns r and r + 10. */
const rows = {
  dimension: DIMENSION,
  encoding: 'multi-hot',
  labels: Float32Array.from({ length: ROWS }, (_, row) => row % 2),
  offsets: Int32Array.from({ length: ROWS + 1 }, (_, row) => 2 * row),
  indices: Uint16Array.from({ length: 2 * ROWS }, (_, i) => (i >> 1) + 10 * (i & 1)),
} as const;

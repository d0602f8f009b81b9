import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadEngine, type Engine } from '../../src/engine/engine.ts';
import { initializeLayers } from '../../src/engine/initialize.ts';
import { OPTIMIZERS } from '../../src/engine/optimizer.ts';
import type { DenseLayer, Model } from '../../src/formats/model.ts';
import { anyMatrix, rowsOf } from './rows.ts';

const engines = [
  ['TensorFlow’s engine', () => loadEngine('tfjs', console.warn)],
  ['WebAssembly’s engine', () => loadEngine('wasm', console.warn)],
] as const;

const shapes = [
  { units: 3, activation: 'tanh' },
  { units: 1, activation: 'sigmoid' },
] as const;
const modelOf = (dimension: number): Model => ({
  dimension,
  encoding: 'multi-hot',
  loss: 'binary_crossentropy',
  layers: initializeLayers(dimension, shapes, { seed: 5 }),
});

/** A layer's output in plain numbers, the last one's before its sigmoid, for an input in plain numbers. */
const dense = ({ units, activation, kernel, bias }: DenseLayer, input: number[]): number[] =>
  Array.from({ length: units }, (_, unit) => {
    const sum = input.reduce((total, x, i) => total + x * kernel[i * units + unit]!, bias[unit]!);
    return activation === 'tanh' ? Math.tanh(sum) : sum;
  });

describe.each(engines)('%s', (_, load) => {
  let engine: Engine;
  beforeAll(async () => void (engine = await load()));

  describe('sums', () => {
    test('are what dense layers give', async () => {
      await fc.assert(
        fc.asyncProperty(anyMatrix, async ({ dimension, columns }) => {
          const model = modelOf(dimension);
          const outputs = await engine.sums(model, rowsOf(dimension, columns));
          for (const [row, ones] of columns.entries()) {
            const input = Array.from({ length: dimension }, (_, column) => Number(ones.includes(column)));
            expect(outputs[row]).toBeCloseTo(
              model.layers.reduce((x, layer) => dense(layer, x), input)[0]!,
              5,
            );
          }
        }),
        { numRuns: 30 },
      );
    });

    test('are none for no rows, and are given for more rows than are computed at once', async () => {
      expect(await engine.sums(modelOf(4), rowsOf(4, []))).toHaveLength(0);
      const many = { ...rowsOf(4, []), labels: new Float32Array(3000), offsets: new Int32Array(3001) };
      const outputs = await engine.sums(modelOf(4), many);
      expect(new Set(outputs)).toEqual(new Set([0]));
      expect(outputs).toHaveLength(3000);
    });

    test('refuse rows of another dimension than the model’s', async () => {
      await expect(engine.sums(modelOf(4), rowsOf(5, [[4]]))).rejects.toMatchObject({ code: 'BAD_VALUE' });
    });

    test('stop when their signal is aborted', async () => {
      const reason = new Error('enough');
      const outputs = engine.sums(modelOf(4), rowsOf(4, [[1]]), AbortSignal.abort(reason));
      await expect(outputs).rejects.toBe(reason);
    });
  });

  describe('a trainer', () => {
    test('leaves the first weights as they were, and changes only what its rows touch', () => {
      const rows = rowsOf(4, [[0, 2]], [1]);
      const layers = initializeLayers(4, shapes, { seed: 5 });
      const before = structuredClone(layers);
      const trainer = engine.createTrainer(layers, {
        objective: { loss: 'binary_crossentropy', activation: 'sigmoid' },
        optimizer: OPTIMIZERS.sgd,
        batchSize: 2,
      });
      trainer.step(rows, Uint32Array.of(0), 0.01);
      const [kernel] = trainer.weights();
      trainer.dispose();
      expect(layers).toEqual(before);
      const changed = [0, 1, 2, 3].filter((row) => kernel![row * 3] !== before[0]!.kernel[row * 3]);
      expect(changed).toEqual([0, 2]);
    });

    test('gives the sums from before its step', async () => {
      const rows = rowsOf(4, [[0], [1, 3]], [1, 0]);
      const { layers } = modelOf(4);
      const trainer = engine.createTrainer(layers, {
        objective: { loss: 'binary_crossentropy', activation: 'sigmoid' },
        optimizer: OPTIMIZERS.adam,
        batchSize: 2,
      });
      const before = await trainer.sums(rows);
      expect(trainer.step(rows, Uint32Array.of(0, 1), 0.001)).toEqual(before);
      expect(await trainer.sums(rows)).not.toEqual(before);
      trainer.dispose();
    });

    test('steps from softmaxes that are sure, hidden and last, and gives a sum for each output', async () => {
      const rows = rowsOf(2, [[0], [1]], [2, 0]);
      const sure = Float32Array.of(500, 0, -500, -500, 0, 500);
      const layers = [
        { units: 3, activation: 'softmax', kernel: sure, bias: new Float32Array(3) },
        {
          units: 3,
          activation: 'softmax',
          kernel: Float32Array.of(1000, 0, 0, 0, 0, 0, 0, 0, 1000),
          bias: new Float32Array(3),
        },
      ] as const;
      const trainer = engine.createTrainer(layers, {
        objective: { loss: 'categorical_crossentropy', activation: 'softmax' },
        optimizer: { ...OPTIMIZERS.sgd, learningRate: 1 },
        batchSize: 2,
      });
      const sums = trainer.step(rows, Uint32Array.of(0, 1), 1);
      expect([...sums]).toEqual([1000, 0, 0, 0, 0, 1000]);
      // Each row is sure of another label than its own: its derivatives are 1 and -1, halved for two rows.
      const [, , kernel] = trainer.weights();
      expect([...kernel!]).toEqual([999.5, 0, 0.5, 0, 0, 0, 0.5, 0, 999.5]);
      trainer.dispose();
    });
  });
});

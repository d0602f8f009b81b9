import { describe, expect, test } from 'vitest';
import type { Trainer } from '../../src/engine/contract.ts';
import { fit, type Fit } from '../../src/engine/fit.ts';
import { heldRows } from '../../src/engine/row-source.ts';
import { quiet } from '../stages/through.ts';
import { collect } from '../streams.ts';
import { rowsOf } from './rows.ts';

/** A trainer that learns nothing, and remembers the rows of each step. */
function trainerOf(sum: (step: number) => number, weight = 0): Trainer & { steps: number[][] } {
  const steps: number[][] = [];
  return {
    steps,
    step: (_, numbers) => new Float32Array(numbers.length).fill(sum(steps.push([...numbers]))),
    sums: async (rows) => new Float32Array(rows.labels.length),
    weights: () => [Float32Array.of(weight), Float32Array.of(0)],
    penalty: () => 0,
    state: () => ({ time: steps.length, arrays: [] }),
    hold() {},
    forget() {},
    restore() {},
    dispose() {},
  };
}

/** Sources remember what they have shuffled: each training has its own. */
const settingsOf = (seed = 1): Fit => ({
  rows: heldRows(rowsOf(1, [[], [], [], [], []], [0, 0, 0, 0, 1]), seed),
  validation: heldRows(rowsOf(1, [[], []], [0, 1]), 1),
  objective: { loss: 'mean_squared_error', activation: 'linear' },
  learningRate: 0.001,
  metrics: [],
  epochs: 2,
  batchSize: 2,
});

describe('fit', () => {
  test('takes every row once an epoch, in another order each time, the same for the same seed', async () => {
    const trainer = trainerOf(() => 0);
    await collect(fit(trainer, settingsOf(), quiet));
    expect(trainer.steps.map((step) => step.length)).toEqual([2, 2, 1, 2, 2, 1]);
    const [first, second] = [trainer.steps.slice(0, 3).flat(), trainer.steps.slice(3).flat()];
    expect(first.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
    expect(second.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
    expect(first).not.toEqual(second);
    const again = trainerOf(() => 0);
    await collect(fit(again, settingsOf(), quiet));
    expect(again.steps).toEqual(trainer.steps);
    const other = trainerOf(() => 0);
    await collect(fit(other, settingsOf(2), quiet));
    expect(other.steps).not.toEqual(trainer.steps);
  });

  test('gives means over rows, not over batches, and validation only where there are rows', async () => {
    const [epoch] = await collect(
      fit(
        trainerOf(() => 0),
        { ...settingsOf(), epochs: 1 },
        quiet,
      ),
    );
    expect(epoch).toMatchObject({ epoch: 1, loss: 0.2, accuracy: 0.8, val_loss: 0.5, val_accuracy: 0.5 });
    const alone = {
      ...settingsOf(),
      validation: heldRows(rowsOf(1, []), 1),
      epochs: 1,
      metrics: ['recall'] as const,
    };
    const [without] = await collect(
      fit(
        trainerOf(() => 0),
        alone,
        quiet,
      ),
    );
    expect(Object.keys(without!)).toEqual(['epoch', 'loss', 'accuracy', 'recall', 'seconds']);
  });

  test('stops where the loss or a weight is no longer a number, and says where', async () => {
    const bad = trainerOf((step) => (step === 5 ? Number.NaN : 0));
    await expect(collect(fit(bad, settingsOf(), quiet))).rejects.toMatchObject({
      code: 'OUT_OF_RANGE',
      message: 'the loss is NaN in epoch 2, batch 2',
    });
    await expect(
      collect(
        fit(
          trainerOf(() => 0, Infinity),
          settingsOf(),
          quiet,
        ),
      ),
    ).rejects.toMatchObject({
      message: 'a weight is Infinity in epoch 2, batch 3',
    });
    const blind = { ...trainerOf(() => 0), sums: async () => Float32Array.of(0, Number.NaN) };
    await expect(collect(fit(blind, settingsOf(), quiet))).rejects.toMatchObject({
      message: "the validation's loss is NaN in epoch 1, batch 3",
    });
  });

  test('stops within a batch of being aborted, and ends its progress', async () => {
    const controller = new AbortController();
    const reason = new Error('interrupted');
    const trainer = trainerOf((step) => {
      if (step === 2) controller.abort(reason);
      return 0;
    });
    let finished = 0;
    const progress = () => ({ update() {}, finish: () => void finished++ });
    const training = collect(fit(trainer, settingsOf(), { ...quiet, progress, signal: controller.signal }));
    await expect(training).rejects.toBe(reason);
    expect(trainer.steps).toHaveLength(2);
    expect(finished).toBe(1);
  });
});

import { expect, test } from 'vitest';
import { describeOverfit } from '../../bench/accuracy.ts';

const epoch = (number: number, [val_loss, val_accuracy]: [number, number]) => ({
  epoch: number,
  loss: 1 / number,
  accuracy: number / 10,
  val_loss,
  val_accuracy,
  seconds: 1,
});

test('an overfitting history is described by its best and its last epochs, the first of equals', () => {
  const epochs = [
    epoch(1, [0.4, 0.85]),
    epoch(2, [0.3, 0.88]),
    epoch(3, [0.28, 0.87]),
    epoch(4, [0.28, 0.88]),
    epoch(5, [0.5, 0.86]),
  ];
  expect(describeOverfit(epochs)).toEqual({
    bestAccuracy: 0.88,
    bestEpoch: 2,
    lowestLossEpoch: 3,
    lastLoss: 0.5,
    lastTrainAccuracy: 0.5,
  });
});

import { StageError } from '../error.ts';

/** Gives the predictions back, float32[rows × outputs]; throws `BAD_VALUE` where one of them is no number. */
export function checkProbabilities(probabilities: Float32Array): Float32Array {
  const wrong = probabilities.find((probability) => !Number.isFinite(probability));
  if (wrong === undefined) return probabilities;
  throw new StageError('BAD_VALUE', `the model predicts ${wrong}`, {
    hint: 'its training diverged: train it with a smaller learning rate',
  });
}

import { expect, test } from 'vitest';
import { readStandardInput } from '../../src/cli/input.ts';
import { vectorize } from '../../src/stages/vectorize.ts';

test('no input is begun after an interruption', () => {
  const reason = new Error('enough');
  expect(() => readStandardInput(vectorize, AbortSignal.abort(reason))).toThrow(reason);
});

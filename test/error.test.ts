import { expect, test } from 'vitest';
import { formatError, StageError } from '../src/error.ts';

test('a place that holds control characters or thousands of letters is shown on one line', () => {
  const record = `\u001b[31m\u009b\nred${'x'.repeat(10_000)}`;
  const [, place] = formatError(new StageError('BAD_VALUE', 'wrong', { where: { record } })).split('\n');
  expect(place).toMatch(/^  at record \\u001b\[31m\\u009b\\u000aredx+…$/);
  expect(place!.length).toBeLessThan(1100);
});

import { expect, test } from 'vitest';
import { formatError, StageError } from '../src/error.ts';

test('a place that holds control characters or thousands of letters is shown on one line', () => {
  const record = `\u001b[31m\u009b\nred${'x'.repeat(10_000)}`;
  const [, place] = formatError(new StageError('BAD_VALUE', 'wrong', { where: { record } })).split('\n');
  expect(place).toMatch(/^  at record \\u001b\[31m\\u009b\\u000aredx+…$/);
  expect(place!.length).toBeLessThan(1100);
});

test('a message that quotes a file moves no terminal', () => {
  const text = formatError(new StageError('NOT_JSON', 'no "\u001b]0;x\u0007"\nhere', { hint: '\u009bA' }));
  expect(text).toBe('NOT_JSON: no "\\u001b]0;x\\u0007"\nhere\n  → \\u009bA');
});

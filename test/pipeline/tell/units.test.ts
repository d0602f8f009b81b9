import { expect, test } from 'vitest';
import { showBytes, showCount, showSeconds } from '../../../pipeline/tell/units.ts';

test('times, sizes and counts are short, and in units of a fitting size', () => {
  expect([0, 0.44, 9.97, 59.6, 100, 3599.6, 9000].map(showSeconds)).toEqual([
    '0.0 s',
    '0.4 s',
    '10 s',
    '60 s',
    '1 min 40 s',
    '1 h 0 min',
    '2 h 30 min',
  ]);
  expect([0, 999, 1234, 64e6, 8.9e9, 5e13].map(showBytes)).toEqual([
    '0 B',
    '999 B',
    '1.2 kB',
    '64 MB',
    '8.9 GB',
    '50000 GB',
  ]);
  expect([0, 999.6, 1234567].map(showCount)).toEqual(['0', '1,000', '1,234,567']);
});

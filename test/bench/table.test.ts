import { describe, expect, test } from 'vitest';
import { formatBytes, formatRatio, formatSeconds, judge, type Row, toMarkdown } from '../../bench/table.ts';

const row = (value: number | undefined, target: { atLeast?: number; atMost?: number }): Row => ({
  figure: 'wall time',
  sluice: '1 s',
  goal: { value, target: { text: 'a target', ...target } },
});

describe('a verdict', () => {
  test('counts the bounds themselves as met', () => {
    expect(judge(row(2, { atLeast: 2, atMost: 7 }))).toBe('met');
    expect(judge(row(7, { atLeast: 2, atMost: 7 }))).toBe('met');
  });

  test('is missed on either side of the bounds', () => {
    expect(judge(row(1.9, { atLeast: 2, atMost: 7 }))).toBe('missed');
    expect(judge(row(7.1, { atLeast: 2, atMost: 7 }))).toBe('missed');
    expect(judge(row(7.1, { atMost: 7 }))).toBe('missed');
    expect(judge(row(1.9, { atLeast: 2 }))).toBe('missed');
  });

  test('is missed where the figure is not a number', () => {
    expect(judge(row(NaN, { atMost: 7 }))).toBe('missed');
    expect(judge(row(NaN, { atLeast: 2 }))).toBe('missed');
  });

  test('is neither where nothing could be measured, and absent where nothing is aimed at', () => {
    expect(judge(row(undefined, { atMost: 7 }))).toBe('not measured');
    expect(judge({ figure: 'wall time', sluice: '1 s' })).toBe('');
  });
});

test('the table has a line a row, and marks a missed target', () => {
  const rows: Row[] = [
    { figure: 'time', sluice: '1 s', peer: '4 s', ratio: 0.25, goal: row(0.25, { atMost: 0.3 }).goal },
    { figure: '`a | b`', sluice: '9 MB', goal: row(9, { atMost: 8 }).goal },
  ];
  expect(toMarkdown(rows, 'Keras')).toBe(
    [
      '| figure | Sluice | Keras | ratio | target | verdict |',
      '| --- | --- | --- | --- | --- | --- |',
      '| time | 1 s | 4 s | 1/4.0 | a target | met |',
      '| `a \\| b` | 9 MB |  |  | a target | **missed** |',
      '',
    ].join('\n'),
  );
});

test('ratios, seconds and bytes are rounded for people', () => {
  expect([0.125, 1, 1.26].map(formatRatio)).toEqual(['1/8.0', '1.00', '1.26']);
  expect([0.0712, 9.994, 33.33].map(formatSeconds)).toEqual(['0.07 s', '9.99 s', '33.3 s']);
  expect([399_600_000, 1e9].map(formatBytes)).toEqual(['400 MB', '1.00 GB']);
});

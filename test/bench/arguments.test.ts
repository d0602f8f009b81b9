import { expect, test } from 'vitest';
import { PARTS, readArguments } from '../../bench/arguments.ts';

test('without arguments everything is measured, three times, on the official files', () => {
  expect(readArguments([])).toEqual({ params: undefined, python: undefined, rounds: 3, parts: PARTS });
});

test('parts are measured in their own order, whatever the order asked for', () => {
  expect(readArguments(['--only', 'pipe', '--only', 'cold'])?.parts).toEqual(['cold', 'pipe']);
});

test('a mistake is refused with the offending value', () => {
  expect(() => readArguments(['--only', 'warm'])).toThrow('--only is "warm": expected cold, rerun');
  expect(() => readArguments(['--rounds', '0'])).toThrow('--rounds is "0"');
  expect(() => readArguments(['--rounds', 'many'])).toThrow('--rounds is "many"');
  expect(() => readArguments(['--round', '2'])).toThrow('--round');
});

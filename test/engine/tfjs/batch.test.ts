import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Batcher, type SegmentSum } from '../../../src/engine/tfjs/batch.ts';
import { anyMatrix, rowsOf } from '../rows.ts';

/** [segment, index] pairs, as text that sorts. */
const pairs = ({ indices, segments }: SegmentSum): string[] =>
  Array.from(indices, (index, i) => `${segments[i]} ${index}`);

const isAscending = (numbers: Int32Array): boolean =>
  numbers.every((number, i) => i === 0 || numbers[i - 1]! <= number);

describe('a batch', () => {
  test('holds the rows with the numbers that were asked for, in that order', () => {
    const batcher = new Batcher(rowsOf(6, [[0, 5], [], [2, 3], [1]]));
    const batch = batcher.take(Uint32Array.of(2, 1, 0));
    expect(batch).toEqual({
      count: 3,
      indices: Int32Array.of(2, 3, 0, 5),
      segments: Int32Array.of(0, 0, 2, 2),
    });
  });

  test('transposed has the same ones, by column, and a segment for every column', () => {
    fc.assert(
      fc.property(anyMatrix, fc.array(fc.nat(), { minLength: 1, maxLength: 30 }), (matrix, draws) => {
        const numbers = Uint32Array.from(draws, (draw) => draw % matrix.columns.length);
        const batcher = new Batcher(rowsOf(matrix.dimension, matrix.columns));
        const batch = batcher.take(numbers);
        const expected = pairs({ count: 0, indices: batch.segments, segments: batch.indices }).sort();
        const transposed = batcher.transpose(batch);
        expect(transposed.count).toBe(matrix.dimension);
        expect(isAscending(transposed.segments)).toBe(true);
        expect(pairs(transposed).sort()).toEqual(expected);
      }),
    );
  });

  test('of rows without ones is empty', () => {
    const batcher = new Batcher(rowsOf(3, [[], []]));
    const batch = batcher.take(Uint32Array.of(0, 1));
    expect(batcher.transpose(batch)).toEqual({
      count: 3,
      indices: new Int32Array(0),
      segments: new Int32Array(0),
    });
    expect(batch.count).toBe(2);
  });
});

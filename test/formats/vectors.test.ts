import { describe, expect, test } from 'vitest';
import type { StageError } from '../../src/error.ts';
import { allocateIndices, type VectorBatch } from '../../src/formats/vector-batch.ts';
import { checkRows, vectors } from '../../src/formats/vectors.ts';
import { streamOf } from '../streams.ts';

const GOOD: VectorBatch = {
  dimension: 10,
  encoding: 'multi-hot',
  ids: ['a', 'b', 'c'],
  splits: ['train', 'validation', 'test'],
  labels: Float32Array.of(0, 1, 1),
  offsets: Int32Array.of(0, 2, 2, 3),
  indices: Uint16Array.of(0, 9, 5),
};

function refusal(changed: Partial<VectorBatch>, firstRow = 0): StageError {
  try {
    checkRows({ ...GOOD, ...changed }, firstRow);
  } catch (error) {
    return error as StageError;
  }
  return expect.fail('the rows were taken');
}

describe('checkRows', () => {
  test('takes what a batch promises', () => {
    expect(() => checkRows(GOOD)).not.toThrow();
  });

  test.each([
    ['a label of 65536', { labels: Float32Array.of(0, 65_536, 1) }, 'BAD_VALUE', 'label is 65536'],
    ['a label of -1', { labels: Float32Array.of(0, -1, 1) }, 'BAD_VALUE', 'label is -1'],
    ['a label between 0 and 1', { labels: Float32Array.of(0, 0.5, 1) }, 'BAD_VALUE', 'label is 0.5'],
    ['a label of NaN', { labels: Float32Array.of(0, Number.NaN, 1) }, 'BAD_VALUE', 'label is NaN'],
    ['an unknown split', { splits: ['train', 'dev' as 'test', 'test'] }, 'BAD_VALUE', 'split is "dev"'],
    ['descending indices', { offsets: Int32Array.of(0, 1, 3, 3) }, 'BAD_VALUE', 'index 5 comes after 9'],
    [
      'an index twice',
      { offsets: Int32Array.of(0, 0, 2, 3), indices: Uint16Array.of(4, 4, 5) },
      'BAD_VALUE',
      'index 4 comes after 4',
    ],
    [
      'an index of the dimension',
      { offsets: Int32Array.of(0, 1, 2, 3), indices: Uint16Array.of(0, 10, 5) },
      'OUT_OF_RANGE',
      'index 10 is not below the dimension, 10',
    ],
    [
      'a value that is not finite',
      { encoding: 'count', values: Float32Array.of(1, 2, NaN), offsets: Int32Array.of(0, 2, 3, 3) },
      'BAD_VALUE',
      'a value is NaN',
    ],
    [
      'a dense value that is not finite',
      {
        dimension: 1,
        encoding: 'dense',
        values: Float32Array.of(1, Infinity, 2),
        offsets: Int32Array.of(0, 1, 2, 3),
      },
      'BAD_VALUE',
      'a value is Infinity',
    ],
  ] as const)('names the record and the line of %s', (_, changed, code, message) => {
    expect(refusal(changed, 1024)).toMatchObject({ code, message, where: { record: 'b', line: 1026 } });
  });
});

describe('the codec', () => {
  test('checks rows as it reads them, and counts lines through the whole stream', async () => {
    const bad = { ...GOOD, labels: Float32Array.of(0, 1, 3.5) };
    const reading = async (): Promise<void> => {
      for await (const batch of vectors.read(vectors.write(streamOf(GOOD, bad)))) expect(batch).toEqual(GOOD);
    };
    await expect(reading()).rejects.toMatchObject({ code: 'BAD_VALUE', where: { record: 'c', line: 6 } });
  });

  test('gives an index two bytes up to dimension 65,536, then four', () => {
    expect(allocateIndices(65_536, 1)).toBeInstanceOf(Uint16Array);
    expect(allocateIndices(65_537, 1)).toBeInstanceOf(Uint32Array);
  });
});

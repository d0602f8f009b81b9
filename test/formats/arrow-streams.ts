import { expect } from 'vitest';
import { StageError } from '../../src/error.ts';
import { readVectors } from '../../src/formats/arrow.ts';
import { writeVectors } from '../../src/formats/arrow-writer.ts';
import { SPLITS } from '../../src/formats/review.ts';
import { allocateIndices, type VectorBatch } from '../../src/formats/vector-batch.ts';
import { chunked, collect, streamOf } from '../streams.ts';

export const encode = async (batches: Iterable<VectorBatch>): Promise<Buffer> =>
  Buffer.concat(await collect(writeVectors(streamOf(...batches))));

export const decode = (bytes: Uint8Array, size = 65_536): Promise<VectorBatch[]> =>
  collect(readVectors(chunked(bytes, size)));

export const failure = (bytes: Uint8Array): Promise<StageError> =>
  decode(bytes).then(
    () => expect.fail('it was read'),
    (error: unknown) => {
      if (!(error instanceof StageError)) throw error;
      return error;
    },
  );

interface Row {
  readonly id: string;
  readonly split: (typeof SPLITS)[number];
  readonly label: number;
  readonly indices: readonly number[];
}

export function toBatch(dimension: number, rows: readonly Row[]): VectorBatch {
  const offsets = new Int32Array(rows.length + 1);
  for (const [row, { indices }] of rows.entries()) offsets[row + 1] = offsets[row]! + indices.length;
  const indices = allocateIndices(dimension, offsets.at(-1)!);
  indices.set(rows.flatMap((row) => row.indices));
  return {
    dimension,
    encoding: 'multi-hot',
    ids: rows.map(({ id }) => id),
    splits: rows.map(({ split }) => split),
    labels: Float32Array.from(rows, ({ label }) => label),
    offsets,
    indices,
  };
}

export const SMALL = [
  toBatch(10, [
    { id: 'train/0', split: 'train', label: 0, indices: [1, 4, 9] },
    { id: 'é ☃ 🎬', split: 'validation', label: 1, indices: [] },
  ]),
  toBatch(10, [{ id: 'test/0', split: 'test', label: 1, indices: [0] }]),
];

import { expect } from 'vitest';
import { StageError } from '../../src/error.ts';
import { readVectors } from '../../src/formats/arrow.ts';
import { writeVectors } from '../../src/formats/arrow-writer.ts';
import { SPLITS } from '../../src/formats/review.ts';
import { hasValues, indicesType, type Encoding, type VectorBatch } from '../../src/formats/vector-batch.ts';
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

export interface Row {
  readonly id: string;
  readonly split: (typeof SPLITS)[number];
  readonly label: number;
  /** None of a dense row. */
  readonly indices?: readonly number[];
  /** None of a multi-hot row. */
  readonly values?: readonly number[];
}

export function toBatch(
  dimension: number,
  rows: readonly Row[],
  about: Pick<VectorBatch, 'encoding' | 'length' | 'idf'> = { encoding: 'multi-hot' },
): VectorBatch {
  const all = rows.map(({ indices = [], values = [] }) => ({ indices, values }));
  const offsets = new Int32Array(rows.length + 1);
  for (const [row, { indices, values }] of all.entries())
    offsets[row + 1] = offsets[row]! + (about.encoding === 'dense' ? values : indices).length;
  return {
    dimension,
    ...about,
    ids: rows.map(({ id }) => id),
    splits: rows.map(({ split }) => split),
    labels: Float32Array.from(rows, ({ label }) => label),
    offsets,
    indices: new (indicesType(dimension))(all.flatMap(({ indices }) => indices)),
    ...(hasValues(about.encoding) && {
      values: Float32Array.from(all.flatMap(({ values }) => values)),
    }),
  };
}

export const SMALL = [
  toBatch(10, [
    { id: 'train/0', split: 'train', label: 0, indices: [1, 4, 9] },
    { id: 'é ☃ 🎬', split: 'validation', label: 1, indices: [] },
  ]),
  toBatch(10, [{ id: 'test/0', split: 'test', label: 1, indices: [0] }]),
];

const TF_IDF = { encoding: 'tf-idf', idf: Float32Array.of(0.25, 1, 2, 1.5) } as const;
const TOKENS = { encoding: 'tokens', length: 4 } as const;
const [COUNT, DENSE] = [{ encoding: 'count' }, { encoding: 'dense' }] as const;

/** A small stream of each encoding. */
export const STREAMS = {
  'multi-hot': SMALL,
  count: [
    toBatch(10, [{ id: 'train/0', split: 'train', label: 0, indices: [1, 9], values: [3, 1] }], COUNT),
    toBatch(10, [{ id: 'test/0', split: 'test', label: 1, indices: [] }], COUNT),
  ],
  'tf-idf': [
    toBatch(4, [], TF_IDF),
    toBatch(4, [{ id: 'train/0', split: 'train', label: 0, indices: [0, 3], values: [0.5, 1.5] }], TF_IDF),
  ],
  dense: [
    toBatch(
      3,
      [
        { id: 'train/0', split: 'train', label: 0, values: [0.5, -1, 0] },
        { id: 'test/0', split: 'test', label: 1, values: [1e-30, 3e38, 7] },
      ],
      DENSE,
    ),
    toBatch(3, [], DENSE),
  ],
  tokens: [
    toBatch(10, [{ id: 'train/0', split: 'train', label: 0, indices: [0, 9, 1, 9] }], TOKENS),
    toBatch(10, [], TOKENS),
  ],
} satisfies Record<Encoding, VectorBatch[]>;

import { StageError, type Where } from '../error.ts';
import type { Codec } from '../stage.ts';
import { isLabel, LABELS, SPLITS } from './review.ts';
import { hasValues, type VectorBatch } from './vector-batch.ts';

/**
 * Vectors as an Arrow IPC stream: `id` utf8, `split` dictionary<int8, utf8>, `label` float32, `indices`
 * list<uint16 or uint32>, and, unless they are multi-hot, `values` list<float32>; dense ones have `values`
 * fixed_size_list<float32>[dimension] and no `indices`; tokens have `tokens` fixed_size_list<uint16 or uint32>[length] alone. The schema's metadata are `dimension`, `encoding`, `length` of tokens, and, of tf-idf, `idf`
 * (base64 of little-endian float32[dimension]), where that is known. A stream has at least one batch, which may be empty,
 * and ends with Arrow's end-of-stream mark. Each batch's message carries a checksum, which is compared where there is one: other
 * tools neither need nor keep it.
 */
export const vectors: Codec<VectorBatch> = {
  name: 'vectors',
  extension: 'arrows',
  text: false,
  rows: ({ ids }) => ids.length,
  read: async function* (bytes) {
    const { readVectors } = await import('./arrow.ts');
    let row = 0;
    for await (const batch of readVectors(bytes)) {
      checkRows(batch, row);
      row += batch.ids.length;
      yield batch;
    }
  },
  write: async function* (batches) {
    const { writeVectors } = await import('./arrow-writer.ts');
    yield* writeVectors(batches);
  },
};

/** Throws `BAD_VALUE` or `OUT_OF_RANGE`, naming the record, for a row that breaks what `VectorBatch` promises. */
export function checkRows(batch: VectorBatch, firstRow = 0): void {
  const { encoding, ids, splits, labels } = batch;
  const whereOf = (row: number): Where => ({ record: ids[row]!, line: firstRow + row + 1 });
  for (let row = 0; row < ids.length; row++) {
    if (!SPLITS.includes(splits[row]!)) {
      throw new StageError('BAD_VALUE', `split is ${JSON.stringify(splits[row])}`, {
        where: whereOf(row),
        hint: `expected one of ${SPLITS.join(', ')}`,
      });
    }
    if (!isLabel(labels[row])) {
      throw new StageError('BAD_VALUE', `label is ${labels[row]}`, {
        where: whereOf(row),
        hint: `expected ${LABELS}`,
      });
    }
  }
  if (encoding === 'tokens') checkTokens(batch, whereOf);
  else if (encoding !== 'dense') checkIndices(batch, whereOf);
  if (hasValues(encoding)) checkValues(batch, whereOf);
}

type WhereOf = (row: number) => Where;

function checkIndices({ dimension, offsets, indices }: VectorBatch, whereOf: WhereOf): void {
  for (let row = 0; row + 1 < offsets.length; row++) {
    let previous = -1;
    const end = offsets[row + 1]!;
    for (let i = offsets[row]!; i < end; i++) {
      const index = indices[i]!;
      if (index <= previous) {
        throw new StageError('BAD_VALUE', `index ${index} comes after ${previous}`, {
          where: whereOf(row),
          hint: 'indices must be ascending and distinct',
        });
      }
      previous = index;
    }
    if (previous >= dimension) {
      throw new StageError('OUT_OF_RANGE', `index ${previous} is not below the dimension, ${dimension}`, {
        where: whereOf(row),
      });
    }
  }
}

function checkTokens({ dimension, offsets, indices }: VectorBatch, whereOf: WhereOf): void {
  const wrong = indices.findIndex((token) => token >= dimension);
  if (wrong === -1) return;
  throw new StageError('OUT_OF_RANGE', `token ${indices[wrong]} is not below the dimension, ${dimension}`, {
    where: whereOf(rowOf(offsets, wrong)),
  });
}

function checkValues({ offsets, values }: VectorBatch, whereOf: WhereOf): void {
  const wrong = values!.findIndex((value) => !Number.isFinite(value));
  if (wrong === -1) return;
  throw new StageError('BAD_VALUE', `a value is ${values![wrong]}`, {
    where: whereOf(rowOf(offsets, wrong)),
    hint: 'values must be finite, as float32',
  });
}

/** The row that an item belongs to. */
const rowOf = (offsets: Int32Array, item: number): number =>
  offsets.findLastIndex((offset) => offset <= item);

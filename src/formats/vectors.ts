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
  for (let row = 0; row < ids.length; row++) {
    const where = () => ({ record: ids[row]!, line: firstRow + row + 1 });
    if (!SPLITS.includes(splits[row]!)) {
      throw new StageError('BAD_VALUE', `split is ${JSON.stringify(splits[row])}`, {
        where: where(),
        hint: `expected one of ${SPLITS.join(', ')}`,
      });
    }
    if (!isLabel(labels[row])) {
      throw new StageError('BAD_VALUE', `label is ${labels[row]}`, {
        where: where(),
        hint: `expected ${LABELS}`,
      });
    }
    if (encoding === 'tokens') checkTokens(batch, row, where);
    else if (encoding !== 'dense') checkIndices(batch, row, where);
    if (hasValues(encoding)) checkValues(batch, row, where);
  }
}

function checkIndices({ dimension, offsets, indices }: VectorBatch, row: number, where: () => Where): void {
  let previous = -1;
  for (let i = offsets[row]!; i < offsets[row + 1]!; i++) {
    const index = indices[i]!;
    if (index <= previous) {
      throw new StageError('BAD_VALUE', `index ${index} comes after ${previous}`, {
        where: where(),
        hint: 'indices must be ascending and distinct',
      });
    }
    previous = index;
  }
  if (previous >= dimension) {
    throw new StageError('OUT_OF_RANGE', `index ${previous} is not below the dimension, ${dimension}`, {
      where: where(),
    });
  }
}

function checkTokens({ dimension, offsets, indices }: VectorBatch, row: number, where: () => Where): void {
  for (let i = offsets[row]!; i < offsets[row + 1]!; i++) {
    if (indices[i]! < dimension) continue;
    throw new StageError('OUT_OF_RANGE', `token ${indices[i]} is not below the dimension, ${dimension}`, {
      where: where(),
    });
  }
}

function checkValues({ offsets, values }: VectorBatch, row: number, where: () => Where): void {
  for (let i = offsets[row]!; i < offsets[row + 1]!; i++) {
    if (Number.isFinite(values![i])) continue;
    throw new StageError('BAD_VALUE', `a value is ${values![i]}`, {
      where: where(),
      hint: 'values must be finite, as float32',
    });
  }
}

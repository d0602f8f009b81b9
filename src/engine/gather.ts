import { StageError } from '../error.ts';
import type { Split } from '../formats/review.ts';
import { RowFile } from '../formats/row-file.ts';
import type { VectorBatch } from '../formats/vector-batch.ts';
import { blockRows, heldRows, type RowSource } from './row-source.ts';
import { collectRows, cutRows } from './collect.ts';
import { aboutOf, type About, type Rows } from './rows.ts';

/** What a training is about. */
export interface Gathered {
  readonly about: About;
  readonly rows: RowSource;
  readonly validation: RowSource;
  /** Gives back what lies outside the memory. */
  close(): Promise<void>;
}

interface Wanted {
  /** The splits whose rows are trained on. */
  readonly fit: readonly Split[];
  /** Those that are judged after each epoch. */
  readonly validate: readonly Split[];
  readonly batchSize: number;
  readonly seed: number;
  /** How many rows may be in memory at a time; if unset, all. */
  readonly shuffleBuffer?: number | undefined;
}

/** Reads a stream of vectors once, and keeps what a training needs of it, in memory or on the disk. Throws what `collectRows` throws, `DISK_FULL`, and `USAGE` for a buffer that holds no batch. */
export async function gatherRows(batches: AsyncIterable<VectorBatch>, wanted: Wanted): Promise<Gathered> {
  const { fit, validate, batchSize, seed, shuffleBuffer } = wanted;
  if (shuffleBuffer === undefined) {
    const [rows, validation] = await collectRows(batches, fit, validate);
    const sources = { rows: heldRows(rows, seed), validation: heldRows(validation, seed) };
    return { about: aboutOf(rows), ...sources, async close() {} };
  }
  if (shuffleBuffer < batchSize)
    throw new StageError('USAGE', `shuffleBuffer is ${shuffleBuffer}, and a batch has ${batchSize} rows`, {
      where: { field: 'shuffleBuffer' },
      hint: `give at least ${batchSize}, or a smaller batchSize`,
    });
  const files: RowFile[] = [];
  const create = async (): Promise<RowFile> => {
    const file = await RowFile.create();
    files.push(file);
    return file;
  };
  const close = async (): Promise<void> => {
    for (const file of files) await file.close();
  };
  try {
    const [ofFit, ofValidate] = [await create(), await create()];
    // Whole batches, so that only an epoch's last one is smaller.
    const size = batchSize * Math.ceil(BLOCK / batchSize);
    const groups = [
      { splits: fit, keep: (block: Rows) => ofFit.append(block) },
      { splits: validate, keep: (block: Rows) => ofValidate.append(block) },
    ];
    const about = await cutRows(batches, groups, size);
    const settings = { seed, together: Math.max(1, Math.floor(shuffleBuffer / size)) };
    return { about, rows: blockRows(ofFit, settings), validation: blockRows(ofValidate, settings), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** How many rows a block has at least: some hundred kilobytes, which a disk gives in one go. */
const BLOCK = 1024;

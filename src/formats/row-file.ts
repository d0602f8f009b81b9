import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromSystemError } from '../error.ts';
import { allocateIndices, type VectorBatch } from './vector-batch.ts';

/** Rows without their names. */
type Rows = Omit<VectorBatch, 'ids' | 'splits'>;
type Arrays = 'labels' | 'offsets' | 'indices' | 'values';

/** Where a block lies, and how much it holds. */
interface Block {
  readonly at: number;
  readonly rows: number;
  readonly indices: number;
  readonly values: number;
}

/**
 * Blocks of rows on the disk, for who can't hold them all: in a file of the temporary folder (`TMPDIR`) that has no name, so
 * that nothing is left of it when the process has ended, in whatever way. A block is its labels, offsets, indices and values, as they are in memory.
 */
export class RowFile {
  readonly #file: FileHandle;
  #about: Omit<Rows, Arrays> | undefined;
  #hasValues = false;
  readonly #blocks: Block[] = [];
  #end = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** A file without a block. Throws what the operating system refuses as a `StageError`. */
  static async create(): Promise<RowFile> {
    try {
      const folder = await mkdtemp(join(tmpdir(), 'sluice-'));
      try {
        return new RowFile(await open(join(folder, 'rows'), 'wx+'));
      } finally {
        await rm(folder, { recursive: true });
      }
    } catch (error) {
      throw fromSystemError(error, tmpdir());
    }
  }

  /** The rows of each block. */
  get counts(): number[] {
    return this.#blocks.map(({ rows }) => rows);
  }

  /** Adds a block, of the same dimension as the others. Throws `DISK_FULL`. */
  async append({ labels, offsets, indices, values, ...about }: Rows): Promise<void> {
    this.#about = about;
    this.#hasValues = values !== undefined;
    const [at, rows] = [this.#end, labels.length];
    this.#blocks.push({ at, rows, indices: indices.length, values: values?.length ?? 0 });
    for (const array of [labels, offsets, indices, ...(values ? [values] : [])]) {
      for (let done = 0; done < array.byteLength;) {
        const rest = new Uint8Array(array.buffer, array.byteOffset + done, array.byteLength - done);
        const { bytesWritten } = await this.#file.write(rest, 0, rest.length, this.#end).catch(refused);
        done += bytesWritten;
        this.#end += bytesWritten;
      }
    }
  }

  /** The rows of the blocks with these numbers, one block after the other. */
  async read(numbers: Uint32Array): Promise<Rows> {
    const about = this.#about!;
    const blocks = Array.from(numbers, (number) => this.#blocks[number]!);
    const sum = (of: 'rows' | 'indices' | 'values'): number =>
      blocks.reduce((all, block) => all + block[of], 0);
    const labels = new Float32Array(sum('rows'));
    const offsets = new Int32Array(labels.length + 1);
    const indices = allocateIndices(about.dimension, sum('indices'));
    const values = new Float32Array(sum('values'));
    let [row, index, value] = [0, 0, 0];
    for (const block of blocks) {
      const parts = [
        labels.subarray(row, row + block.rows),
        offsets.subarray(row, row + block.rows + 1),
        indices.subarray(index, index + block.indices),
        values.subarray(value, value + block.values),
      ];
      await this.#fill(parts, block.at);
      // Where there are both, there are as many; where one is missing, the offsets are of the other.
      const before = Math.max(index, value);
      for (let i = row; i <= row + block.rows; i++) offsets[i]! += before;
      row += block.rows;
      index += block.indices;
      value += block.values;
    }
    return { ...about, labels, offsets, indices, ...(this.#hasValues && { values }) };
  }

  /** Fills arrays with what the file holds from a byte on. */
  async #fill(
    arrays: readonly (Float32Array | Int32Array | VectorBatch['indices'])[],
    at: number,
  ): Promise<void> {
    for (const array of arrays) {
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      for (let done = 0; done < bytes.length;) {
        const { bytesRead } = await this.#file
          .read(bytes, done, bytes.length - done, at + done)
          .catch(refused);
        if (bytesRead === 0) throw new Error('the rows on the disk end too early');
        done += bytesRead;
      }
      at += bytes.length;
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

const refused = (error: unknown): never => {
  throw fromSystemError(error, tmpdir());
};

import { StageError } from '../error.ts';
import type { Split } from '../formats/review.ts';
import { hasValues, indicesType, type Indices, type VectorBatch } from '../formats/vector-batch.ts';
import { aboutOf, shown, type About, type Rows } from './rows.ts';

/**
 * Reads a stream of vectors once, and keeps the rows of each group of splits: `collectRows(batches, ['train'], ['test'])`
 * gives two `Rows`. A row that belongs to several groups is kept in each. An index takes 2 bytes where the
 * dimension allows it; the arrays of indices and values can shrink, so that who takes them elsewhere can give memory back on the
 * way. Throws `BAD_VALUE` where the dimension or the encoding changes within the stream, `TRUNCATED` where there is no batch,
 * `UNSUPPORTED` for more than 4 GB.
 */
export async function collectRows<const G extends readonly (readonly Split[])[]>(
  batches: AsyncIterable<VectorBatch>,
  ...groups: G
): Promise<{ [K in keyof G]: Rows }> {
  let collectors: Collector[] | undefined;
  for await (const batch of alike(batches)) {
    collectors ??= groups.map((splits) => new Collector(splits, aboutOf(batch)));
    for (const collector of collectors) collector.add(batch);
  }
  return collectors!.map((collector) => collector.rows()) as { [K in keyof G]: Rows };
}

/**
 * Reads a stream of vectors once, and gives the rows of each group of splits to its `keep`, `size` at a time, the last block
 * what is left. Gives what they have in common. Throws what `collectRows` throws.
 */
export async function cutRows(
  batches: AsyncIterable<VectorBatch>,
  groups: readonly { splits: readonly Split[]; keep: (block: Rows) => Promise<void> }[],
  size: number,
): Promise<About> {
  let about: About | undefined;
  const collectors = new Map<Collector, (block: Rows) => Promise<void>>();
  for await (const batch of alike(batches)) {
    if (about === undefined) {
      about = aboutOf(batch);
      for (const { splits, keep } of groups) collectors.set(new Collector(splits, about), keep);
    }
    for (const [collector, keep] of collectors)
      for (let row = 0; row < batch.splits.length;) {
        row = collector.add(batch, row, size);
        if (collector.length === size) await keep(collector.take());
      }
  }
  for (const [collector, keep] of collectors) if (collector.length > 0) await keep(collector.take());
  return about!;
}

/** Passes batches on that are of one dimension and encoding, at least one. */
async function* alike(batches: AsyncIterable<VectorBatch>): AsyncGenerator<VectorBatch> {
  let first: VectorBatch | undefined;
  for await (const batch of batches) {
    first ??= batch;
    checkSame(first, batch);
    yield batch;
  }
  if (first === undefined) throw new StageError('TRUNCATED', 'the stream of vectors holds no batch');
}

function checkSame(first: VectorBatch, batch: VectorBatch): void {
  if (shown(batch) === shown(first)) return;
  throw new StageError('BAD_VALUE', `a batch of ${shown(batch)} after one of ${shown(first)}`, {
    ...(batch.ids[0] === undefined ? {} : { where: { record: batch.ids[0] } }),
    hint: 'vectorize all rows alike',
  });
}

/** Rows of some splits. Their indices and values lie in buffers that grow where they are: nothing is copied, and nothing held twice. */
class Collector {
  readonly #wanted: ReadonlySet<Split>;
  readonly #about: About;
  readonly #indices: Indices;
  readonly #values: Float32Array | undefined;
  #labels: number[] = [];
  #offsets: number[] = [0];

  constructor(splits: readonly Split[], about: About) {
    this.#wanted = new Set(splits);
    this.#about = about;
    this.#indices = new (indicesType(about.dimension))(growing());
    this.#values = hasValues(about.encoding) ? new Float32Array(growing()) : undefined;
  }

  get length(): number {
    return this.#labels.length;
  }

  /** Adds a batch's rows from the row `begin` on, until it holds `most`; returns the first that it has not looked at. */
  add(batch: VectorBatch, begin = 0, most = Infinity): number {
    const isWanted = (row: number): boolean => this.#wanted.has(batch.splits[row]!);
    const rows = batch.splits.length;
    while (begin < rows && this.length < most) {
      const last = Math.min(rows, begin + most - this.length);
      let end = begin;
      while (end < last && isWanted(end)) end++;
      if (begin < end) this.#append(batch, begin, end);
      begin = end === last ? end : end + 1;
    }
    return begin;
  }

  /** Adds the rows from `begin` on, to before `end`. */
  #append({ labels, offsets, indices, values }: VectorBatch, begin: number, end: number): void {
    append(this.#indices, indices.subarray(offsets[begin], offsets[end]));
    if (this.#values) append(this.#values, values!.subarray(offsets[begin], offsets[end]));
    const at = this.#offsets.at(-1)! - offsets[begin]!;
    for (let row = begin; row < end; row++) {
      this.#labels.push(labels[row]!);
      this.#offsets.push(at + offsets[row + 1]!);
    }
  }

  rows(): Rows {
    const [labels, offsets] = [Float32Array.from(this.#labels), Int32Array.from(this.#offsets)];
    const values = this.#values && { values: this.#values };
    return { ...this.#about, labels, offsets, indices: this.#indices, ...values };
  }

  /** The rows, as copies; none are left in it. */
  take(): Rows {
    const rows = this.rows();
    const values = rows.values && { values: rows.values.slice() };
    const taken = { ...rows, indices: rows.indices.slice(), ...values };
    [this.#labels, this.#offsets] = [[], [0]];
    resize(this.#indices, 0);
    if (this.#values) resize(this.#values, 0);
    return taken;
  }
}

/** An empty buffer that can grow as far as WebAssembly can address. It is address space: memory is taken as it is filled. */
const growing = (): ArrayBuffer => new ArrayBuffer(0, { maxByteLength: 2 ** 32 });

/** Makes an array on a buffer of its own so many numbers long. Throws `UNSUPPORTED` where it can't grow so far. */
function resize(array: Indices | Float32Array, length: number): void {
  const buffer = array.buffer as ArrayBuffer;
  const bytes = length * array.BYTES_PER_ELEMENT;
  if (bytes > buffer.maxByteLength)
    throw new StageError('UNSUPPORTED', 'the rows take more than 4 GB', {
      hint: 'take fewer of them; or, to train, let them wait in a file with --shuffle-buffer 100000',
    });
  buffer.resize(bytes);
}

/** Appends numbers of its own type to an array on a growing buffer. */
function append(array: Indices | Float32Array, numbers: Indices | Float32Array): void {
  const at = array.length;
  resize(array, at + numbers.length);
  array.set(numbers, at);
}

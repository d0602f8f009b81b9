import { StageError } from '../error.ts';
import type { Split } from '../formats/review.ts';
import type { Model } from '../formats/model.ts';
import { indicesType, type Indices, type VectorBatch } from '../formats/vector-batch.ts';

/** Sparse rows to train on or to judge, in compressed sparse row form. A `VectorBatch` is one, too. */
export type Rows = Pick<VectorBatch, 'dimension' | 'encoding' | 'length' | 'labels' | 'offsets' | 'indices'>;

/** The number of rows. */
export const countRows = (rows: Rows): number => rows.labels.length;

/** The numbers of so many rows, from 0, as NumPy's `arange` gives them. */
export function arange(count: number): Uint32Array {
  const numbers = new Uint32Array(count);
  for (let i = 0; i < count; i++) numbers[i] = i;
  return numbers;
}

/** Parts of `size` numbers; the last may be shorter. */
export function* slices(numbers: Uint32Array, size: number): Generator<Uint32Array> {
  for (let begin = 0; begin < numbers.length; begin += size) yield numbers.subarray(begin, begin + size);
}

/**
 * Reads a stream of vectors once, and keeps the rows of each group of splits: `collectRows(batches, ['train'], ['test'])`
 * gives two `Rows`. A row that belongs to several groups is kept in each. An index takes 2 bytes where the
 * dimension allows it; the array of them can shrink, so that who takes them elsewhere can give memory back on the way.
 * Throws `BAD_VALUE` where the dimension changes within the stream, `TRUNCATED` where there is no batch.
 */
export async function collectRows<const G extends readonly (readonly Split[])[]>(
  batches: AsyncIterable<VectorBatch>,
  ...groups: G
): Promise<{ [K in keyof G]: Rows }> {
  let collectors: Collector[] | undefined;
  let about: About | undefined;
  for await (const batch of alike(batches)) {
    about ??= aboutOf(batch);
    collectors ??= groups.map((splits) => new Collector(splits, batch.dimension));
    for (const collector of collectors) collector.add(batch);
  }
  return collectors!.map((collector) => collector.rows(about!)) as { [K in keyof G]: Rows };
}

/** What all rows of a stream have in common. */
export type About = Pick<Rows, 'dimension' | 'encoding' | 'length'>;

export const aboutOf = ({ dimension, encoding, length }: About): About => ({
  dimension,
  encoding,
  ...(length !== undefined && { length }),
});

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
    if (about === undefined)
      for (const { splits, keep } of groups) collectors.set(new Collector(splits, batch.dimension), keep);
    about ??= aboutOf(batch);
    for (const [collector, keep] of collectors)
      for (let row = 0; row < batch.splits.length;) {
        row = collector.add(batch, row, size);
        if (collector.length === size) await keep(collector.take(about));
      }
  }
  for (const [collector, keep] of collectors) if (collector.length > 0) await keep(collector.take(about!));
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
  const shown = ({ encoding, dimension, length }: About): string =>
    `${encoding}, dimension ${dimension}${length === undefined ? '' : `, length ${length}`}`;
  if (shown(batch) === shown(first)) return;
  throw new StageError('BAD_VALUE', `a batch of ${shown(batch)} after one of ${shown(first)}`, {
    ...(batch.ids[0] === undefined ? {} : { where: { record: batch.ids[0] } }),
    hint: 'vectorize all rows alike',
  });
}

/** Rows of some splits. Their indices lie in a buffer that grows where it is: nothing is copied, and nothing held twice. */
class Collector {
  readonly #wanted: ReadonlySet<Split>;
  readonly #buffer = new ArrayBuffer(0, { maxByteLength: MOST_BYTES });
  readonly #indices: Indices;
  #labels: number[] = [];
  #offsets: number[] = [0];

  constructor(splits: readonly Split[], dimension: number) {
    this.#wanted = new Set(splits);
    this.#indices = new (indicesType(dimension))(this.#buffer);
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
  #append({ labels, offsets, indices }: VectorBatch, begin: number, end: number): void {
    const columns = indices.subarray(offsets[begin], offsets[end]);
    const at = this.#indices.length;
    this.#buffer.resize((at + columns.length) * columns.BYTES_PER_ELEMENT);
    this.#indices.set(columns, at);
    for (let row = begin; row < end; row++) {
      this.#labels.push(labels[row]!);
      this.#offsets.push(at + offsets[row + 1]! - offsets[begin]!);
    }
  }

  rows(about: About): Rows {
    const [labels, offsets] = [Float32Array.from(this.#labels), Int32Array.from(this.#offsets)];
    return { ...about, labels, offsets, indices: this.#indices };
  }

  /** The rows, as copies; none are left in it. */
  take(about: About): Rows {
    const rows = { ...this.rows(about), indices: this.#indices.slice() };
    [this.#labels, this.#offsets] = [[], [0]];
    this.#buffer.resize(0);
    return rows;
  }
}

/** As much as WebAssembly can address. It is address space: memory is taken as it is filled. */
const MOST_BYTES = 2 ** 32;

/** Throws `BAD_VALUE` where rows don't fit a model. */
export function checkDimension(model: Pick<Model, 'dimension'>, rows: Pick<Rows, 'dimension'>): void {
  if (rows.dimension === model.dimension) return;
  throw new StageError(
    'BAD_VALUE',
    `the vectors have dimension ${rows.dimension}, the model was trained on dimension ${model.dimension}`,
    { hint: `vectorize with --dimension ${model.dimension}, or train a model on these vectors` },
  );
}

/** Throws `BAD_VALUE` where rows are of another dimension or encoding than those that a model was trained on. */
export function checkFits(
  model: Pick<Model, 'dimension' | 'encoding'>,
  rows: Pick<Rows, 'dimension' | 'encoding'>,
): void {
  checkDimension(model, rows);
  if (rows.encoding === model.encoding) return;
  throw new StageError(
    'BAD_VALUE',
    `the vectors have encoding ${rows.encoding}, the model was trained on encoding ${model.encoding}`,
    { hint: `vectorize with --encoding ${model.encoding}, or train a model on these vectors` },
  );
}

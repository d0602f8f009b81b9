import { StageError } from '../error.ts';
import type { Split } from '../formats/review.ts';
import { indicesType, type Indices, type VectorBatch } from '../formats/vector-batch.ts';

/** Rows to train on or to judge, sparse or dense. A `VectorBatch` is one, too. */
export type Rows = Omit<VectorBatch, 'ids' | 'splits'>;

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
 * dimension allows it; the arrays of indices and values can shrink, so that who takes them elsewhere can give memory back on the
 * way. Throws `BAD_VALUE` where the dimension or the encoding changes within the stream, `TRUNCATED` where there is no batch.
 */
export async function collectRows<const G extends readonly (readonly Split[])[]>(
  batches: AsyncIterable<VectorBatch>,
  ...groups: G
): Promise<{ [K in keyof G]: Rows }> {
  let collectors: Collector[] = [];
  let first: VectorBatch | undefined;
  for await (const batch of batches) {
    if (first === undefined) collectors = groups.map((splits) => new Collector(splits, batch));
    first ??= batch;
    checkSame(first, batch);
    for (const collector of collectors) collector.add(batch);
  }
  if (first === undefined) throw new StageError('TRUNCATED', 'the stream of vectors holds no batch');
  return collectors.map((collector) => collector.rows()) as { [K in keyof G]: Rows };
}

function checkSame(first: VectorBatch, batch: VectorBatch): void {
  if (batch.dimension === first.dimension && batch.encoding === first.encoding) return;
  throw new StageError('BAD_VALUE', `a batch of ${shown(batch)} after one of ${shown(first)}`, {
    ...(batch.ids[0] === undefined ? {} : { where: { record: batch.ids[0] } }),
    hint: 'vectorize all rows alike',
  });
}

/** Rows of some splits. Their indices and values lie in buffers that grow where they are: nothing is copied, and nothing held twice. */
class Collector {
  readonly #wanted: ReadonlySet<Split>;
  readonly #about: Pick<Rows, 'dimension' | 'encoding' | 'idf'>;
  readonly #indices: Indices;
  readonly #values: Float32Array | undefined;
  readonly #labels: number[] = [];
  readonly #offsets: number[] = [0];

  /** `first` is any batch of the stream. */
  constructor(splits: readonly Split[], { dimension, encoding, idf }: VectorBatch) {
    this.#wanted = new Set(splits);
    this.#about = { dimension, encoding, ...(idf && { idf }) };
    this.#indices = new (indicesType(dimension))(growing());
    this.#values = encoding === 'multi-hot' ? undefined : new Float32Array(growing());
  }

  add(batch: VectorBatch): void {
    const isWanted = (row: number): boolean => this.#wanted.has(batch.splits[row]!);
    const rows = batch.splits.length;
    for (let begin = 0, end = 0; begin < rows; begin = end + 1) {
      for (end = begin; end < rows && isWanted(end); end++);
      if (begin < end) this.#append(batch, begin, end);
    }
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
}

/** An empty buffer that can grow as far as WebAssembly can address. It is address space: memory is taken as it is filled. */
const growing = (): ArrayBuffer => new ArrayBuffer(0, { maxByteLength: 2 ** 32 });

/** Appends items of its own type to an array on a growing buffer. */
function append(array: Indices | Float32Array, items: Indices | Float32Array): void {
  const at = array.length;
  (array.buffer as ArrayBuffer).resize((at + items.length) * array.BYTES_PER_ELEMENT);
  array.set(items, at);
}

type Kind = Pick<Rows, 'dimension' | 'encoding'>;

const shown = ({ dimension, encoding }: Kind): string => `dimension ${dimension}, ${encoding}`;

/** Throws `BAD_VALUE` where rows are of another dimension or encoding than a model takes. */
export function checkFits(model: Kind, rows: Kind): void {
  if (rows.dimension === model.dimension && rows.encoding === model.encoding) return;
  throw new StageError(
    'BAD_VALUE',
    `the vectors have ${shown(rows)}; the model was trained on ${shown(model)}`,
    {
      hint: `vectorize with --dimension ${model.dimension} --encoding ${model.encoding}, or train a model on these vectors`,
    },
  );
}

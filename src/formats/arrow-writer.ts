import type * as Arrow from 'apache-arrow';
import { CHECKSUM, checksum } from './arrow-checksum.ts';
import { fixedListData, listData, numberData, textData } from './arrow-data.ts';
import { encodeIdf } from './arrow-idf.ts';
import { SPLITS } from './review.ts';
import { indicesType, type VectorBatch } from './vector-batch.ts';

/**
 * Writes vectors as an uncompressed Arrow IPC stream, a record batch each, so that its bytes follow from the batches alone.
 * Each has a checksum in its message's metadata. Throws a `TypeError` if the dimension changes, or if there is no batch.
 */
export async function* writeVectors(batches: AsyncIterable<VectorBatch>): AsyncGenerator<Uint8Array> {
  const arrow = await import('apache-arrow');
  const written: Uint8Array[] = [];
  const writer = new arrow.RecordBatchStreamWriter();
  let table: RecordBatches | undefined;
  let firstRow = 0;
  for await (const batch of batches) {
    if (table === undefined) {
      table = new RecordBatches(arrow, batch);
      writer.reset(collector(arrow, written), table.schema);
    }
    writer.write(table.encode(batch, firstRow));
    firstRow += batch.ids.length;
    yield Buffer.concat(written.splice(0));
  }
  if (table === undefined) throw new TypeError('a stream of vectors needs at least one batch');
  writer.finish();
  yield Buffer.concat(written.splice(0));
}

/** Where the library's writer puts its bytes: its own queue could not be emptied without waiting for more. */
function collector(arrow: typeof Arrow, written: Uint8Array[]): Arrow.AsyncByteQueue {
  return new (class extends arrow.AsyncByteQueue {
    override write(bytes: Uint8Array): void {
      written.push(bytes);
    }
  })();
}

/** Makes Arrow's record batches of one schema. The buffers are built here: its builders take one value at a time. */
class RecordBatches {
  readonly schema: Arrow.Schema;
  readonly #arrow: typeof Arrow;
  readonly #first: VectorBatch;
  readonly #splits: Arrow.Vector<Arrow.Utf8>;

  constructor(arrow: typeof Arrow, first: VectorBatch) {
    this.#arrow = arrow;
    this.#first = first;
    this.#splits = arrow.makeVector(textData(arrow, SPLITS));
    const { dimension, encoding, length, idf } = first;
    const metadata = {
      dimension: String(dimension),
      encoding,
      ...(length !== undefined && { length: String(length) }),
      ...(idf && { idf: encodeIdf(idf) }),
    };
    const fields = this.#columns(narrow(first)).map(([name, { type }]) => new arrow.Field(name, type, false));
    this.schema = new arrow.Schema(fields, new Map(Object.entries(metadata)));
  }

  encode(batch: VectorBatch, firstRow: number): Arrow.RecordBatch {
    const { dimension, encoding, length } = batch;
    const first = this.#first;
    if (dimension !== first.dimension || encoding !== first.encoding || length !== first.length) {
      throw new TypeError(`a batch of dimension ${dimension} in a stream of dimension ${first.dimension}`);
    }
    const { makeData, RecordBatch, Struct } = this.#arrow;
    const narrowed = narrow(batch);
    const data = makeData({
      type: new Struct(this.schema.fields),
      length: batch.ids.length,
      nullCount: 0,
      children: this.#columns(narrowed).map(([, column]) => column),
    });
    return new RecordBatch(this.schema, data, new Map([[CHECKSUM, checksum(narrowed, firstRow)]]));
  }

  #columns(batch: VectorBatch): [name: string, data: Arrow.Data][] {
    const {
      dimension,
      encoding,
      length = 1,
      ids,
      splits,
      labels,
      offsets,
      indices,
      values = new Float32Array(0),
    } = batch;
    const { Dictionary, Int8, makeData, Utf8 } = this.#arrow;
    const split = makeData({
      type: new Dictionary(new Utf8(), new Int8(), 0),
      length: ids.length,
      nullCount: 0,
      data: Int8Array.from(splits, (name) => SPLITS.indexOf(name)),
      dictionary: this.#splits,
    });
    const columns: [string, Arrow.Data][] = [
      ['id', textData(this.#arrow, ids)],
      ['split', split],
      ['label', numberData(this.#arrow, labels)],
    ];
    if (encoding === 'dense') return [...columns, ['values', fixedListData(this.#arrow, dimension, values)]];
    if (encoding === 'tokens') return [...columns, ['tokens', fixedListData(this.#arrow, length, indices)]];
    columns.push(['indices', listData(this.#arrow, offsets, indices)]);
    if (encoding === 'multi-hot') return columns;
    return [...columns, ['values', listData(this.#arrow, offsets, values)]];
  }
}

/** The batch with its indices in the width of its dimension, whatever they came in. */
function narrow(batch: VectorBatch): VectorBatch {
  const { dimension, indices } = batch;
  const wanted = indicesType(dimension);
  return indices instanceof wanted ? batch : { ...batch, indices: new wanted(indices) };
}

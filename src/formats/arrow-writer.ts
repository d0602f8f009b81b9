import type * as Arrow from 'apache-arrow';
import { CHECKSUM, checksum } from './arrow-checksum.ts';
import { SPLITS } from './review.ts';
import { allocateIndices, type Indices, type VectorBatch } from './vector-batch.ts';

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
    const { Dictionary, Field, Float32, Int8, List, Schema, Uint16, Uint32, Utf8 } = arrow;
    this.#arrow = arrow;
    this.#first = first;
    this.#splits = arrow.makeVector(textData(arrow, SPLITS));
    const index = allocateIndices(first.dimension, 0) instanceof Uint16Array ? new Uint16() : new Uint32();
    this.schema = new Schema(
      [
        new Field('id', new Utf8(), false),
        new Field('split', new Dictionary(new Utf8(), new Int8(), 0), false),
        new Field('label', new Float32(), false),
        new Field('indices', new List(new Field<Arrow.Uint16 | Arrow.Uint32>('item', index, false)), false),
      ],
      new Map([
        ['dimension', String(first.dimension)],
        ['encoding', first.encoding],
      ]),
    );
  }

  encode(batch: VectorBatch, firstRow: number): Arrow.RecordBatch {
    const { makeData, RecordBatch, Struct } = this.#arrow;
    const { dimension, encoding, ids, labels, offsets, splits } = batch;
    if (dimension !== this.#first.dimension || encoding !== this.#first.encoding) {
      throw new TypeError(
        `a batch of dimension ${dimension} in a stream of dimension ${this.#first.dimension}`,
      );
    }
    const indices = narrowed(batch);
    const [, split, label, list] = this.schema.fields as [Arrow.Field, Arrow.Field, Arrow.Field, Arrow.Field];
    const length = ids.length;
    const children = [
      textData(this.#arrow, ids),
      makeData({
        type: split.type as Arrow.Dictionary<Arrow.Utf8, Arrow.Int8>,
        length,
        nullCount: 0,
        data: Int8Array.from(splits, (name) => SPLITS.indexOf(name)),
        dictionary: this.#splits,
      }),
      makeData({ type: label.type as Arrow.Float32, length, nullCount: 0, data: labels }),
      makeData({
        type: list.type as Arrow.List,
        length,
        nullCount: 0,
        valueOffsets: offsets,
        child: makeData({
          type: (list.type as Arrow.List<Arrow.Uint16>).children[0]!.type,
          length: indices.length,
          nullCount: 0,
          data: indices as Uint16Array,
        }),
      }),
    ];
    const data = makeData({ type: new Struct(this.schema.fields), length, nullCount: 0, children });
    return new RecordBatch(
      this.schema,
      data,
      new Map([[CHECKSUM, checksum({ ...batch, indices }, firstRow)]]),
    );
  }
}

function textData(arrow: typeof Arrow, strings: readonly string[]): Arrow.Data<Arrow.Utf8> {
  const encoded = strings.map((string) => Buffer.from(string));
  const valueOffsets = new Int32Array(strings.length + 1);
  for (const [i, { length }] of encoded.entries()) valueOffsets[i + 1] = valueOffsets[i]! + length;
  const data = Buffer.concat(encoded);
  return arrow.makeData({ type: new arrow.Utf8(), length: strings.length, nullCount: 0, valueOffsets, data });
}

/** Indices in the width of their dimension, whatever they came in. */
function narrowed({ dimension, indices }: VectorBatch): Indices {
  const wanted = allocateIndices(dimension, indices.length);
  if (wanted.BYTES_PER_ELEMENT === indices.BYTES_PER_ELEMENT) return indices;
  wanted.set(indices);
  return wanted;
}

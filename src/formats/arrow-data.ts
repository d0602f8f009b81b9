import type * as Arrow from 'apache-arrow';

// Columns as apache-arrow holds them, without nulls, over arrays as they are. The library is handed in, since it loads slowly.

export const numberData = (arrow: typeof Arrow, numbers: Numbers): Arrow.Data =>
  arrow.makeVector(numbers).data[0]!;

export function textData(arrow: typeof Arrow, strings: readonly string[]): Arrow.Data<Arrow.Utf8> {
  const encoded = strings.map((string) => Buffer.from(string));
  const valueOffsets = new Int32Array(strings.length + 1);
  for (const [i, { length }] of encoded.entries()) valueOffsets[i + 1] = valueOffsets[i]! + length;
  const data = Buffer.concat(encoded);
  return arrow.makeData({ type: new arrow.Utf8(), length: strings.length, nullCount: 0, valueOffsets, data });
}

/** Lists of numbers; list `i` has those from `offsets[i]` on, to before `offsets[i + 1]`. */
export function listData(arrow: typeof Arrow, valueOffsets: Int32Array, numbers: Numbers): Arrow.Data {
  const child = numberData(arrow, numbers);
  const type = new arrow.List(new arrow.Field('item', child.type, false));
  return arrow.makeData({ type, length: valueOffsets.length - 1, nullCount: 0, valueOffsets, child });
}

/** Lists of `size` numbers each. */
export function fixedListData(arrow: typeof Arrow, size: number, numbers: Numbers): Arrow.Data {
  const child = numberData(arrow, numbers);
  const type = new arrow.FixedSizeList(size, new arrow.Field('item', child.type, false));
  return arrow.makeData({ type, length: numbers.length / size, nullCount: 0, child });
}

type Numbers = Float32Array | Uint16Array | Uint32Array;

import { unsupported } from './arrow-messages.ts';
import type { Table } from './flatbuffer.ts';

/** A field of an Arrow schema. `type` is its name in Schema.fbs; `parameters` what the type's table holds. */
export interface Field {
  readonly name: string;
  readonly type: string;
  readonly parameters: Table | undefined;
  /** Set where the values are numbers of a dictionary's entries. */
  readonly dictionary: { readonly id: number; readonly indices: Table | undefined } | undefined;
  readonly children: readonly Field[];
}

/** A field's part of a record batch. */
export interface Column {
  readonly field: Field;
  readonly length: number;
  readonly nullCount: number;
  /** The first is the validity bitmap, for all types that are read here. */
  readonly buffers: readonly Uint8Array[];
  readonly children: readonly Column[];
}

// Each type's name and number of buffers, by its number in https://github.com/apache/arrow/blob/main/format/Schema.fbs
const TYPES = (
  'none 0, Null 0, Int 2, FloatingPoint 2, Binary 3, Utf8 3, Bool 2, Decimal 2, Date 2, Time 2, Timestamp 2, Interval 2, ' +
  'List 2, Struct 1, Union 1, FixedSizeBinary 2, FixedSizeList 1, Map 2, Duration 2, LargeBinary 3, LargeUtf8 3, ' +
  'LargeList 2, RunEndEncoded 0, BinaryView 2, Utf8View 2, ListView 3, LargeListView 3'
)
  .split(', ')
  .map((type) => type.split(' ') as [name: string, buffers: string]);
const BUFFERS = new Map(TYPES.map(([name, buffers]) => [name, Number(buffers)]));

/** Reads a field, and the fields within it. */
export function toField(table: Table): Field {
  const number = table.uint8(2);
  const type = TYPES[number]?.[0];
  const name = table.string(0) ?? '';
  if (type === undefined)
    throw unsupported(`column "${name}" has a type that this version doesn't know (${number})`);
  const encoding = table.table(4);
  return {
    name,
    type,
    parameters: table.table(3),
    dictionary: encoding && { id: encoding.count(0), indices: encoding.table(1) },
    children: table.tables(5).map(toField),
  };
}

/**
 * Divides a record batch's body among the fields: depth first, each takes a node and its type's buffers.
 * Throws `UNSUPPORTED` where it is compressed, `RangeError` where the header and the body don't fit together.
 */
export function toColumns(header: Table, body: Uint8Array, fields: readonly Field[]): Column[] {
  if (header.table(3) !== undefined) throw unsupported('a compressed Arrow stream');
  const nodes = header.counts(1, 2);
  const regions = header.counts(2, 2);
  const variadic = header.counts(4, 1);
  let [node, region, view] = [0, 0, 0];
  const nextBuffer = (): Uint8Array => {
    const [offset, length] = [regions[region], regions[region + 1]];
    region += 2;
    if (offset === undefined || length === undefined) throw new RangeError('too few buffers');
    if (offset + length > body.length)
      throw new RangeError(`a buffer ends at byte ${offset + length} of ${body.length}`);
    return body.subarray(offset, offset + length);
  };
  const next = (field: Field): Column => {
    const [length, nullCount] = [nodes[node], nodes[node + 1]];
    node += 2;
    if (length === undefined || nullCount === undefined) throw new RangeError('too few columns');
    const buffers = Array.from({ length: countBuffers(field) }, nextBuffer);
    if (field.type.endsWith('View') && !field.type.startsWith('List') && field.dictionary === undefined) {
      const extra = variadic[view++] ?? 0;
      for (let i = 0; i < extra; i++) buffers.push(nextBuffer());
    }
    return { field, length, nullCount, buffers, children: field.dictionary ? [] : field.children.map(next) };
  };
  return fields.map(next);
}

function countBuffers({ type, dictionary, parameters }: Field): number {
  if (dictionary) return 2;
  const dense = type === 'Union' && parameters?.int16(0) === 1;
  return BUFFERS.get(type)! + Number(dense);
}

/** The number of the first row without a value, -1 if there is none. */
export function findNull({ nullCount, buffers, length }: Column): number {
  if (nullCount === 0) return -1;
  const [bits] = buffers; // none in a column of Arrow's type Null
  for (let row = 0; row < length; row++) if (((bits?.[row >> 3] ?? 0) & (1 << (row & 7))) === 0) return row;
  return -1;
}

import type { Column } from './arrow-columns.ts';
import { unsupported } from './arrow-messages.ts';
import type { Table } from './flatbuffer.ts';

const ARRAYS = {
  i8: Int8Array,
  i16: Int16Array,
  i32: Int32Array,
  i64: BigInt64Array,
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  u64: BigUint64Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;
type NumberType = keyof typeof ARRAYS;

/** Numbers of any type; those of 64 bits are bigints. */
export type Numbers = ArrayLike<number | bigint>;

/** The values of a column of whole or floating-point numbers, viewed in place. */
export function toNumbers(column: Column): Numbers {
  const { name, type, parameters } = column.field;
  const numberType = type === 'Int' ? intType(parameters) : floatType(type, parameters);
  if (numberType === undefined || column.field.dictionary) {
    throw unsupported(`column "${name}" has type ${type}, not numbers`);
  }
  return viewAs(column.buffers[1]!, numberType, column.length);
}

/** Text of a column of utf8, large_utf8 or string_view, plain or through a dictionary. */
export function toStrings(column: Column, dictionaries: ReadonlyMap<number, readonly string[]>): string[] {
  const { dictionary, name, type } = column.field;
  if (dictionary) {
    const entries = dictionaries.get(dictionary.id) ?? [];
    const keys = viewAs(column.buffers[1]!, intType(dictionary.indices, 32), column.length);
    return Array.from(keys, (key) => entries[Number(key)] ?? outside(`dictionary entry ${key}`));
  }
  const [, offsets, data] = column.buffers.map((buffer) =>
    Buffer.from(buffer.buffer, buffer.byteOffset, buffer.length),
  );
  if (type === 'Utf8' || type === 'LargeUtf8') {
    const ends = toOffsets(column);
    if (ends.at(-1)! > data!.length) outside(`text up to byte ${ends.at(-1)}`);
    return Array.from({ length: column.length }, (_, row) =>
      data!.toString('utf8', ends[row], ends[row + 1]),
    );
  }
  if (type !== 'Utf8View') throw unsupported(`column "${name}" has type ${type}, not text`);
  return Array.from({ length: column.length }, (_, row) => toViewed(column, offsets!, 16 * row));
}

/** A string view: its length, then up to 12 bytes of text, or a prefix of 4, the buffer and the offset there. */
function toViewed({ buffers }: Column, views: Buffer, at: number): string {
  const length = views.readInt32LE(at);
  const inline = length <= 12;
  const data = inline ? views : buffers.slice(2)[views.readInt32LE(at + 8)];
  const begin = inline ? at + 4 : views.readInt32LE(at + 12);
  if (data === undefined || length < 0 || begin < 0 || begin + length > data.length) outside('text');
  return Buffer.from(data.buffer, data.byteOffset + begin, length).toString();
}

/** Where each value of a list or text starts, and the last ends: `length + 1` ascending numbers. */
export function toOffsets({ buffers, children, field, length }: Column): Int32Array {
  if (length === 0) return new Int32Array(1);
  if (field.type === 'FixedSizeList') {
    const size = field.parameters?.int32(0) ?? 0;
    // Before room is made for them: a damaged length may be any.
    if (size < 1 || size * length > Math.min(children[0]!.length, 0x7fff_ffff))
      outside(`${length} lists of ${size} items`);
    return Int32Array.from({ length: length + 1 }, (_, row) => row * size);
  }
  const given = viewAs(buffers[1]!, field.type.startsWith('Large') ? 'i64' : 'i32', length + 1);
  const offsets =
    given instanceof Int32Array
      ? given
      : Int32Array.from(given, (offset) =>
          Number(offset) <= 0x7fff_ffff ? Number(offset) : outside(`offset ${offset}`),
        );
  if (offsets[0]! < 0) outside(`offset ${offsets[0]}`);
  for (let i = 0; i < length; i++) if (offsets[i + 1]! < offsets[i]!) outside(`offset ${offsets[i + 1]}`);
  return offsets;
}

function viewAs(buffer: Uint8Array, type: NumberType, length: number): Numbers {
  const array = ARRAYS[type];
  const size = length * array.BYTES_PER_ELEMENT;
  if (size > buffer.length) throw new RangeError(`${length} values in a buffer of ${buffer.length} bytes`);
  const aligned = buffer.byteOffset % array.BYTES_PER_ELEMENT === 0 ? buffer : buffer.slice();
  return new array(aligned.buffer as ArrayBuffer, aligned.byteOffset, length);
}

function intType(parameters: Table | undefined, otherwise = 0): NumberType {
  const name = `${parameters === undefined || parameters.uint8(1) ? 'i' : 'u'}${parameters?.int32(0) ?? otherwise}`;
  return name in ARRAYS ? (name as NumberType) : outside(`a whole number of type ${name}`);
}

function floatType(type: string, parameters: Table | undefined): NumberType | undefined {
  return type === 'FloatingPoint'
    ? ([undefined, 'f32', 'f64'] as const)[parameters?.int16(0) ?? 0]
    : undefined;
}

function outside(what: string): never {
  throw new RangeError(`${what} lies outside`);
}

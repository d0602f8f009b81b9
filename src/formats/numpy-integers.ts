/** How one item of a NumPy array is read from its bytes. */
export interface ItemType {
  /** Bytes an item. */
  readonly size: number;
  /** The item at a byte; beyond 2⁵³ it may be rounded. */
  read(bytes: Buffer, at: number): number;
}

/**
 * The reader for the type that NumPy calls `descr`: integers of 1 to 8 bytes in either byte order, and with `floats` also floats
 * of 2 to 8 bytes and booleans. `undefined` for any other.
 */
export function integersOf(descr: string, { floats = false } = {}): ItemType | undefined {
  const match = /^([<>=|]?)([iubf])([1248])$/.exec(descr);
  if (!match) return undefined;
  const [, order, kind] = match;
  const size = Number(match[3]);
  const little = order !== '>';
  const view = (bytes: Buffer): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (`${kind}${size}`) {
    case 'i1':
      return { size, read: (bytes, at) => bytes.readInt8(at) };
    case 'u1':
      return { size, read: (bytes, at) => bytes.readUInt8(at) };
    case 'b1':
      return floats ? { size, read: (bytes, at) => bytes.readUInt8(at) } : undefined;
    case 'i2':
      return { size, read: (bytes, at) => view(bytes).getInt16(at, little) };
    case 'u2':
      return { size, read: (bytes, at) => view(bytes).getUint16(at, little) };
    case 'i4':
      return { size, read: (bytes, at) => view(bytes).getInt32(at, little) };
    case 'u4':
      return { size, read: (bytes, at) => view(bytes).getUint32(at, little) };
    case 'i8':
      return { size, read: (bytes, at) => Number(view(bytes).getBigInt64(at, little)) };
    case 'u8':
      return { size, read: (bytes, at) => Number(view(bytes).getBigUint64(at, little)) };
    case 'f2':
      return floats ? { size, read: (bytes, at) => float16(view(bytes).getUint16(at, little)) } : undefined;
    case 'f4':
      return floats ? { size, read: (bytes, at) => view(bytes).getFloat32(at, little) } : undefined;
    case 'f8':
      return floats ? { size, read: (bytes, at) => view(bytes).getFloat64(at, little) } : undefined;
    default:
      return undefined;
  }
}

/** IEEE 754 binary16: a sign, 5 bits of exponent and 10 of fraction. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

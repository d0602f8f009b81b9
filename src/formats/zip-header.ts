import { StageError } from '../error.ts';
import type { ByteReader } from './byte-reader.ts';

/** What a member holds: the CRC-32 of its bytes, and how many they are. */
export interface Content {
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
}

/** What stands in a zip before a member's bytes. */
export interface LocalHeader {
  readonly name: string;
  /** Where the header begins in the zip file. */
  readonly start: number;
  readonly deflated: boolean;
  /** What the content must be; `undefined` where it follows the data. */
  readonly expected: Content | undefined;
}

const LOCAL = 0x04034b50;
const ENDINGS = [0x02014b50, 0x06064b50, 0x06054b50];
const ENCRYPTED = 0x0001 | 0x0040 | 0x2000;
const SIZES_FOLLOW = 0x0008;
const METHODS: Record<number, string> = {
  0: 'stored',
  8: 'deflated',
  9: 'deflate64',
  12: 'bzip2',
  14: 'LZMA',
  93: 'zstd',
};

/** Reads a member's header; `undefined`, having consumed nothing, where the directory begins instead. */
export async function readLocalHeader(reader: ByteReader): Promise<LocalHeader | undefined> {
  const start = reader.position;
  const signature = await reader.peek(4);
  if (signature.length < 4) {
    reader.skip(signature.length);
    throw truncated(reader, 'before its directory');
  }
  if (ENDINGS.includes(signature.readUInt32LE())) return undefined;
  if (signature.readUInt32LE() !== LOCAL) {
    throw new StageError('CORRUPT', `expected a zip header, found ${signature.toString('hex')}`, {
      where: { byte: start },
    });
  }
  const fixed = await readExactly(reader, 30, 'in the header of a member');
  const name = (await readExactly(reader, fixed.readUInt16LE(26), 'in the name of a member')).toString(
    'utf8',
  );
  const extra = await readExactly(reader, fixed.readUInt16LE(28), `in the header of ${name}`);
  const flags = fixed.readUInt16LE(6);
  const method = fixed.readUInt16LE(8);
  const refuse = (what: string): never => {
    throw new StageError('UNSUPPORTED', `${name} is ${what}`, {
      where: { member: name, byte: start },
      hint: 'members must be stored or deflated, as numpy.savez and numpy.savez_compressed write them',
    });
  };
  if (flags & ENCRYPTED) refuse('encrypted');
  if (method !== 0 && method !== 8)
    refuse(`compressed with method ${method} (${METHODS[method] ?? 'unknown'})`);
  const [size, compressedSize] = zip64(extra, [fixed.readUInt32LE(22), fixed.readUInt32LE(18)]) as [
    number,
    number,
  ];
  const expected = flags & SIZES_FOLLOW ? undefined : { crc: fixed.readUInt32LE(14), compressedSize, size };
  return { name, start, deflated: method === 8, expected };
}

/** Replaces those of `values` that didn't fit in 32 bits by the next values of the zip64 extra field, if there is one. */
export function zip64(extra: Buffer, values: readonly number[]): number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    const field = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
    let next = 0;
    return values.map((value) => {
      if (value !== 0xffffffff || next + 8 > field.length) return value;
      next += 8;
      return Number(field.readBigUInt64LE(next - 8));
    });
  }
  return [...values];
}

/** Exactly `length` bytes, or `TRUNCATED`, with `place` to say where the file ended. */
export async function readExactly(reader: ByteReader, length: number, place: string): Promise<Buffer> {
  const bytes = await reader.read(length);
  if (bytes.length < length) throw truncated(reader, place);
  return bytes;
}

/** The error for a zip file that has come to its end. */
export function truncated(reader: ByteReader, place: string, member?: string): StageError {
  return new StageError('TRUNCATED', `the zip file ends after ${reader.position} bytes, ${place}`, {
    where: { ...(member === undefined ? {} : { member }), byte: reader.position },
    hint: 'get the file again: it is not whole',
  });
}

import { crc32 } from 'node:zlib';
import { StageError } from '../error.ts';
import type { ByteReader } from './byte-reader.ts';
import { truncated, type Content, type LocalHeader } from './zip-header.ts';

const SIGNATURE = Buffer.from('PK\x07\x08');
/** What may come after a descriptor: a member, the directory, or its end, with 64-bit sizes or not. */
const NEXT = ['PK\x03\x04', 'PK\x01\x02', 'PK\x06\x06', 'PK\x05\x06'];
/** A descriptor with its signature and 64-bit sizes, and the signature of what comes after it. */
const LONGEST = 28;

/**
 * Consumes the descriptor (CRC and sizes) that follows a member's data. It may have a signature or not, and sizes of 32 or
 * 64 bits, and nothing says which: the one that agrees with `content` is taken. Throws `CORRUPT` where none does.
 */
export async function readDescriptor(
  reader: ByteReader,
  header: LocalHeader,
  content: Content,
): Promise<void> {
  const { name } = header;
  const bytes = await reader.peek(LONGEST);
  const length = lengthOfDescriptor(bytes, content);
  if (length !== undefined) {
    await reader.read(length);
    return;
  }
  if (bytes.length < LONGEST) {
    reader.skip(bytes.length);
    throw truncated(reader, `after ${name}`, name);
  }
  throw new StageError('CORRUPT', `size or CRC-32 of ${name} are not those that stand behind it`, {
    where: { member: name, byte: reader.position },
    hint: 'get the file again',
  });
}

/**
 * The bytes of a stored member whose size follows its data: up to a descriptor, with its signature, that agrees with
 * all the bytes before it. Bytes that only look like one don't have their own CRC and distance from the start in them,
 * but for those of an empty member with another record behind them: nothing tells such a member from an empty one.
 */
export async function* findEnd(reader: ByteReader, name: string): AsyncGenerator<Buffer> {
  let size = 0;
  let crc = 0;
  for (;;) {
    const bytes = await reader.peek(65_536);
    let from = 0;
    for (let at = bytes.indexOf(SIGNATURE); at !== -1; at = bytes.indexOf(SIGNATURE, at + 1)) {
      if (at + LONGEST > bytes.length && at > 0) break;
      crc = crc32(bytes.subarray(from, at), crc);
      from = at;
      const content = { crc, size: size + at, compressedSize: size + at };
      if (lengthOfDescriptor(bytes.subarray(at), content) !== undefined) {
        if (at > 0) yield await reader.read(at);
        return;
      }
    }
    // The last bytes may be the start of a descriptor.
    const length = Math.max(from + 1, bytes.length - LONGEST + 1);
    if (bytes.length < LONGEST) {
      reader.skip(bytes.length);
      throw truncated(reader, `in ${name}`, name);
    }
    crc = crc32(bytes.subarray(from, length), crc);
    size += length;
    yield await reader.read(length);
  }
}

function lengthOfDescriptor(bytes: Buffer, { crc, compressedSize, size }: Content): number | undefined {
  for (const signature of [SIGNATURE, Buffer.alloc(0)]) {
    for (const bits of [32, 64] as const) {
      const descriptor = Buffer.concat([
        signature,
        uint(crc, 32),
        uint(compressedSize, bits),
        uint(size, bits),
      ]);
      const { length } = descriptor;
      const next = bytes.toString('latin1', length, length + 4);
      if (bytes.subarray(0, length).equals(descriptor) && NEXT.includes(next)) return length;
    }
  }
  return undefined;
}

function uint(value: number, bits: 32 | 64): Buffer {
  const bytes = Buffer.alloc(bits / 8);
  if (bits === 64) bytes.writeBigUInt64LE(BigInt(value));
  else bytes.writeUInt32LE(value % 2 ** 32);
  return bytes;
}

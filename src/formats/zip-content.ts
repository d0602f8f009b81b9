import { crc32 } from 'node:zlib';
import { StageError } from '../error.ts';
import type { ByteReader } from './byte-reader.ts';
import { inflate } from './zip-inflate.ts';
import { findEnd, readDescriptor } from './zip-descriptor.ts';
import { truncated, type Content, type LocalHeader } from './zip-header.ts';

/**
 * A member's bytes, uncompressed. At their end size and CRC are checked, what follows the data is consumed, and `whole` is
 * told what the member held.
 */
export async function* readContent(
  reader: ByteReader,
  header: LocalHeader,
  whole: (content: Content) => void,
): AsyncGenerator<Uint8Array> {
  const { name, expected } = header;
  const start = reader.position;
  const most = expected?.size ?? Infinity;
  let crc = 0;
  let size = 0;
  for await (const chunk of header.deflated ? inflate(reader, header) : stored(reader, header)) {
    crc = crc32(chunk, crc);
    size += chunk.length;
    if (size > most) throw corrupt(header, `${name} holds more than the ${most} bytes that its header says`);
    yield chunk;
  }
  const content = { crc, compressedSize: reader.position - start, size };
  if (expected === undefined) await readDescriptor(reader, header, content);
  else check(header, expected, content);
  whole(content);
}

async function* stored(reader: ByteReader, header: LocalHeader): AsyncGenerator<Buffer> {
  const { name, expected } = header;
  if (expected === undefined) {
    yield* findEnd(reader, name);
    return;
  }
  for (let left = expected.compressedSize; left > 0;) {
    const chunk = await reader.chunk(left);
    if (chunk === undefined) throw truncated(reader, `in ${name}`, name);
    left -= chunk.length;
    yield chunk;
  }
}

function check(header: LocalHeader, expected: Content, content: Content): void {
  const { name } = header;
  if (content.size !== expected.size) {
    throw corrupt(header, `${name} holds ${content.size} bytes, and its header says ${expected.size}`);
  }
  if (content.crc !== expected.crc) {
    throw corrupt(
      header,
      `${name} has the CRC-32 ${hex(content.crc)}, and its header says ${hex(expected.crc)}`,
    );
  }
}

const corrupt = ({ name, start }: LocalHeader, message: string): StageError =>
  new StageError('CORRUPT', message, { where: { member: name, byte: start }, hint: 'get the file again' });

const hex = (crc: number): string => crc.toString(16).padStart(8, '0');

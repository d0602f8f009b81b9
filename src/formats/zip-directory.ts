import { StageError } from '../error.ts';
import type { ByteReader } from './byte-reader.ts';
import { readExactly, zip64, type Content } from './zip-header.ts';

const ENTRY = 0x02014b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const END = 0x06054b50;

/**
 * Reads the directory at a zip's end, to the last byte of the file. It adds nothing to what was read, but shows that the file is
 * whole: one that was cut between two members has none. Throws `TRUNCATED` or `CORRUPT`.
 */
export async function readDirectory(
  reader: ByteReader,
  contents: ReadonlyMap<string, Content>,
): Promise<void> {
  const listed = new Set<string>();
  for (;;) {
    const at = reader.position;
    const signature = (await readExactly(reader, 4, 'in its directory')).readUInt32LE();
    if (signature === ENTRY) {
      listed.add(await readEntry(reader, contents));
    } else if (signature === END64) {
      const length = Number((await readExactly(reader, 8, 'in its directory')).readBigUInt64LE());
      if (length > 65_536) throw corrupt(at, `a record of ${length} bytes`);
      await readExactly(reader, length, 'in its directory');
    } else if (signature === LOCATOR64) {
      await readExactly(reader, 16, 'in its directory');
    } else if (signature === END) {
      await readEnd(reader, listed.size);
      break;
    } else {
      throw corrupt(at, `a record that begins with 0x${signature.toString(16)}`);
    }
  }
  for (const name of contents.keys()) {
    if (!listed.has(name)) throw corrupt(reader.position, `no entry for ${name}`);
  }
}

async function readEntry(reader: ByteReader, contents: ReadonlyMap<string, Content>): Promise<string> {
  const at = reader.position - 4;
  const fixed = await readExactly(reader, 42, 'in its directory');
  const name = (await readExactly(reader, fixed.readUInt16LE(24), 'in its directory')).toString('utf8');
  const extra = await readExactly(reader, fixed.readUInt16LE(26), 'in its directory');
  await readExactly(reader, fixed.readUInt16LE(28), 'in its directory');
  const content = contents.get(name);
  if (content === undefined) throw corrupt(at, `${name}, which isn't in the file`);
  const [size, compressedSize] = zip64(extra, [fixed.readUInt32LE(20), fixed.readUInt32LE(16)]);
  if (
    fixed.readUInt32LE(12) !== content.crc ||
    size !== content.size ||
    compressedSize !== content.compressedSize
  ) {
    throw corrupt(at, `another size or CRC-32 for ${name} than it has`);
  }
  return name;
}

async function readEnd(reader: ByteReader, listed: number): Promise<void> {
  const at = reader.position - 4;
  const fixed = await readExactly(reader, 18, 'in its directory');
  const entries = fixed.readUInt16LE(6);
  if (entries !== 0xffff && entries !== listed % 65_536)
    throw corrupt(at, `${listed} entries, where ${entries} are said to be`);
  await readExactly(reader, fixed.readUInt16LE(16), 'in its comment');
  const after = await reader.peek(1);
  if (after.length > 0) throw corrupt(reader.position, 'more bytes behind it, where the file should end');
}

const corrupt = (byte: number, what: string): StageError =>
  new StageError('CORRUPT', `the zip file's directory has ${what}`, {
    where: { byte },
    hint: 'get the file again',
  });

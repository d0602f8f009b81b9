import { StageError } from '../error.ts';
import { ByteReader } from './byte-reader.ts';
import { readDirectory } from './zip-directory.ts';
import { readLocalHeader, truncated, type Content } from './zip-header.ts';
import { readContent } from './zip-content.ts';

/** A file in a zip. `bytes` can be read once, before the next member is asked for; what is left of it is skipped. */
export interface ZipMember {
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/**
 * The members of a zip file in the order in which they lie in it, read from a stream: nothing needs random access, and
 * memory doesn't grow with the file. Stored and deflated members, zip64, and sizes that follow the data are read
 * (PKWARE's APPNOTE.TXT 6.3.10). Sizes and CRC-32 of every member are checked when its end is reached, and the
 * directory at the file's end must be whole and list the members that were there.
 * Throws `TRUNCATED`, `CORRUPT` or `UNSUPPORTED`; `where.byte` counts in the zip file.
 */
export async function* readZip(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ZipMember> {
  const reader = new ByteReader(bytes);
  try {
    await checkStart(reader);
    const contents = new Map<string, Content>();
    for (let header = await readLocalHeader(reader); header; header = await readLocalHeader(reader)) {
      const { name, start } = header;
      if (contents.has(name)) {
        throw new StageError('CORRUPT', `a second member named ${name}`, {
          where: { member: name, byte: start },
        });
      }
      const content = readContent(reader, header, (found) => contents.set(name, found));
      yield { name, bytes: unclosable(content) };
      while (!(await content.next()).done);
    }
    await readDirectory(reader, contents);
  } finally {
    reader.close();
  }
}

/** Iterates without passing on that a loop was left early, so that the rest can still be read. */
const unclosable = (content: AsyncGenerator<Uint8Array>): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator]: () => ({ next: () => content.next() }),
});

async function checkStart(reader: ByteReader): Promise<void> {
  const start = await reader.peek(16);
  const begins = ['PK\x03\x04', 'PK\x05\x06'].some((signature) =>
    start.subarray(0, 4).equals(Buffer.from(signature).subarray(0, start.length)),
  );
  if (begins && start.length >= 4) return;
  if (begins) {
    reader.skip(start.length);
    throw truncated(reader, 'in its first header');
  }
  throw new StageError(
    'CORRUPT',
    `not a zip file: it begins with ${JSON.stringify(start.toString('latin1'))}`,
    {
      where: { byte: 0 },
      hint: 'an .npz is a zip file, which begins with "PK"; was an error page saved in its place?',
    },
  );
}

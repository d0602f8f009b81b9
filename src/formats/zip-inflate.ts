import { createInflateRaw, type InflateRaw } from 'node:zlib';
import { StageError } from '../error.ts';
import type { ByteReader } from './byte-reader.ts';
import { truncated, type LocalHeader } from './zip-header.ts';

/**
 * A deflated member's bytes. Where the header doesn't say the compressed size, the data says itself where it ends.
 * Exactly the compressed bytes are consumed. Throws `TRUNCATED` where the zip ends first, `CORRUPT` for bad data.
 */
export async function* inflate(reader: ByteReader, header: LocalHeader): AsyncGenerator<Buffer> {
  const { name, start } = header;
  const from = reader.position;
  const most = header.expected?.compressedSize ?? Infinity;
  const inflater = createInflateRaw({ chunkSize: 65_536 });
  const input = { reader, most, ended: false };
  const feeding = feed(inflater, input);
  const corrupt = (message: string, cause?: unknown): StageError =>
    new StageError('CORRUPT', `${name} ${message}`, {
      where: { member: name, byte: start },
      hint: 'get the file again',
      cause,
    });
  try {
    for await (const chunk of inflater) yield chunk as Buffer;
  } catch (cause) {
    // Not after `feeding`: where zlib fails, the write that it failed in is never called back.
    if (!isZlibError(cause)) throw cause;
    if (input.ended) throw truncated(reader, `in ${name}`, name);
    throw corrupt(`can't be inflated: ${cause.message}`, cause);
  } finally {
    inflater.destroy();
  }
  await feeding;
  if (most !== Infinity && reader.position - from !== most) {
    throw corrupt(`ends after ${reader.position - from} compressed bytes, and its header says ${most}`);
  }
}

interface Input {
  readonly reader: ByteReader;
  /** How many bytes to read. */
  readonly most: number;
  /** Whether the zip came to its end before that. */
  ended: boolean;
}

/** Writes the input into `inflater`, a chunk at a time, and gives back the bytes that it had no use for. */
async function feed(inflater: InflateRaw, input: Input): Promise<void> {
  try {
    let fed = 0;
    while (fed < input.most) {
      const chunk = await input.reader.chunk(input.most - fed);
      if (chunk === undefined) {
        input.ended = true;
        break;
      }
      fed += chunk.length;
      await write(inflater, chunk);
      const unused = fed - inflater.bytesWritten;
      if (unused > 0) {
        input.reader.unread(chunk.subarray(chunk.length - unused));
        return;
      }
    }
    inflater.end();
  } catch (error) {
    inflater.destroy(error as Error);
  }
}

const write = (inflater: InflateRaw, chunk: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    inflater.write(chunk, (error) => (error ? reject(error) : resolve()));
  });

const isZlibError = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');

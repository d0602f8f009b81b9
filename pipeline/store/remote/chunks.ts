import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Transfer } from './patience.ts';

type Chunks = AsyncIterable<Uint8Array>;

/** A file's bytes, from `start` up to and with `end`. It is opened when the first of them are asked for. */
export async function* readFileWatched(
  path: string,
  transfer: Transfer,
  range: { start?: number; end?: number } = {},
): AsyncGenerator<Uint8Array> {
  yield* watched(createReadStream(path, range), transfer);
}

/** The chunks, each of which says that bytes have moved. */
export async function* watched(chunks: Chunks, { signal, alive }: Transfer): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    alive();
    yield chunk;
  }
}

/** The chunks, each of which went through a hash. */
export async function* hashed(chunks: Chunks, hash: Hash): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

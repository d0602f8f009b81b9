import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Digest } from '../digest.ts';
import type { Feed } from './attempt.ts';

/** How much is written to the disk at a time, in bytes: a write for each piece of a pipe costs more than its bytes. */
const BATCH = 1 << 20;

/** Takes what comes from a process to a file and to those who read it at the same time, at the speed of the slowest. */
export async function relay(
  source: Readable,
  path: string,
  feeds: readonly Feed[],
): Promise<{ sha256: Digest; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path, 'w');
  try {
    let batch: Buffer[] = [];
    let batched = 0;
    for await (const chunk of source as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      hash.update(chunk);
      batch.push(chunk);
      batched += chunk.length;
      await Promise.all(feeds.map((feed) => feed.write(chunk)));
      if (batched < BATCH) continue;
      await writeAll(file, batch);
      [batch, batched] = [[], 0];
    }
    await writeAll(file, batch);
  } finally {
    await file.close();
  }
  return { sha256: hash.digest('hex') as Digest, bytes };
}

/** A system call may write less than it was given, without an error. */
async function writeAll(file: FileHandle, chunks: readonly Buffer[]): Promise<void> {
  for (let left = [...chunks]; left.length > 0;) {
    const { bytesWritten } = await file.writev(left);
    left = without(left, bytesWritten);
  }
}

function without(chunks: readonly Buffer[], bytes: number): Buffer[] {
  let skipped = 0;
  while (skipped < chunks.length && bytes >= chunks[skipped]!.length) bytes -= chunks[skipped++]!.length;
  const [first, ...others] = chunks.slice(skipped);
  return first === undefined ? [] : [first.subarray(bytes), ...others];
}

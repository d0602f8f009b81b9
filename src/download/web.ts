import type { Context } from '../stage.ts';
import { mismatch, readWritten } from './checked.ts';
import { shown } from './location.ts';
import { PartialDownload } from './partial-download.ts';
import { usualPatience, type Patience } from './patience.ts';
import { fetchRest, type Download } from './retry.ts';

/**
 * The content of `url`, none of it before all of it has come and was found to have the digest `sha256`. What has come
 * when it is interrupted stays in a cache folder, and the next call resumes it. Throws `UNREACHABLE`, `NOT_FOUND`,
 * `DIGEST_MISMATCH` or `DISK_FULL`.
 */
export async function* readWeb(
  { url, sha256 }: { url: URL; sha256: string },
  context: Context,
  patience: Patience = usualPatience,
): AsyncGenerator<Uint8Array> {
  const partial = await PartialDownload.claim(url.href, sha256);
  try {
    await complete({ url, partial, sha256 }, context, patience);
    yield* readWritten(partial.path, { sha256, length: partial.length }, context.signal);
    await partial.remove();
  } finally {
    await partial.release();
  }
}

async function complete(
  download: Download & { readonly sha256: string },
  context: Context,
  patience: Patience,
): Promise<void> {
  const { url, partial, sha256 } = download;
  // A process may have been killed between the last byte and the check.
  if (partial.digest() === sha256) return;
  await fetchRest(download, context, patience);
  if (partial.digest() !== sha256 && partial.resumed) {
    // Last-Modified is no proof that the pieces are of one version, and a crash may have damaged the first.
    context.say('what was resumed has not the expected sha256: starting over');
    await partial.restart();
    await fetchRest(download, context, patience);
  }
  if (partial.digest() === sha256) return;
  const error = mismatch(shown(url), { expected: sha256, actual: partial.digest(), length: partial.length });
  await partial.remove();
  throw error;
}

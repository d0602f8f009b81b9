import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StageError } from '../error.ts';
import type { Context } from '../stage.ts';
import { shown } from './location.ts';
import { Meter } from './meter.ts';
import type { PartialDownload } from './partial-download.ts';
import { delayAfter, type Patience } from './patience.ts';
import { openDispatcher } from './proxies.ts';
import { requestRest } from './request.ts';

export interface Download {
  readonly url: URL;
  readonly partial: PartialDownload;
}

/**
 * Asks for what is missing until all of it has come. Throws `UNREACHABLE` after as many tries without progress as
 * `patience` has, and what `requestRest` throws.
 */
export async function fetchRest(download: Download, context: Context, patience: Patience): Promise<void> {
  const { url, partial } = download;
  const meter = new Meter(basename(url.pathname) || url.host, context);
  const dispatcher = await openDispatcher();
  const request = {
    url,
    dispatcher,
    signal: context.signal,
    idle: patience.idle,
    onProgress: (length: number, total: number | undefined) => meter.update(length, total),
  };
  try {
    let farthest = partial.length;
    for (let attempt = 1; ; attempt++) {
      const outcome = await requestRest(request, partial);
      meter.finish();
      if (outcome.kind === 'complete') return;
      if (partial.length > farthest) attempt = 1;
      farthest = Math.max(farthest, partial.length);
      if (attempt >= patience.attempts) throw unreachable(url, attempt, outcome);
      const delay = delayAfter(attempt, patience, outcome.after);
      context.say(`${url.host}: ${outcome.reason}; trying again in ${(delay / 1000).toFixed(1)} s`);
      await wait(delay, context.signal);
    }
  } finally {
    meter.finish();
    await dispatcher.destroy();
  }
}

async function wait(delay: number, signal: AbortSignal): Promise<void> {
  await sleep(delay, undefined, { signal }).catch(() => signal.throwIfAborted());
}

function unreachable(
  url: URL,
  attempts: number,
  { reason, cause }: { reason: string; cause?: unknown },
): StageError {
  return new StageError('UNREACHABLE', `can't download ${shown(url)}: ${reason} (${attempts} tries)`, {
    hint:
      'behind a firewall set HTTPS_PROXY (and HTTP_PROXY); or point to a mirror with `--params FILE`; ' +
      'or give the path of a copy instead of the URL; what has come so far is resumed',
    cause,
  });
}

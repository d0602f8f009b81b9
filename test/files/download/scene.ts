import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, vi } from 'vitest';
import { readWeb } from '../../../src/download/web.ts';
import type { Context } from '../../../src/stage.ts';
import type { Serving } from './server.ts';

export const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * i) % 251));
export const other = Buffer.from(content).reverse();
export const sha256 = createHash('sha256').update(content).digest('hex');
export const impatient = { attempts: 3, firstDelay: 1, longestDelay: 5, idle: 30_000 };

/** Gives each test a folder of its own, the cache in it, and an environment without a proxy. */
export function useFolder(): { readonly path: string } {
  const folder = { path: '' };
  beforeEach(() => {
    folder.path = mkdtempSync(join(tmpdir(), 'sluice-test-'));
    vi.stubEnv('XDG_CACHE_HOME', folder.path);
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']) {
      vi.stubEnv(name, '');
      vi.stubEnv(name.toLowerCase(), '');
    }
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder.path, { recursive: true });
  });
  return folder;
}

/** What lies in the cache folder: the lengths of partial downloads. */
export function kept(): number[] {
  const downloads = join(process.env['XDG_CACHE_HOME']!, 'sluice', 'downloads');
  return readdirSync(downloads).map(
    (name) => statSync(join(downloads, name, 'content'), { throwIfNoEntry: false })?.size ?? 0,
  );
}

export function quiet(signal = new AbortController().signal): Context & { said: string[]; shown: number[] } {
  const said: string[] = [];
  const shown: number[] = [];
  return {
    said,
    shown,
    signal,
    say: (line) => void said.push(line),
    progress: () => ({ update: (done) => void shown.push(done), finish: () => {} }),
  };
}

export async function whole(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

export const get = (url: string, context: Context = quiet()): Promise<Buffer> =>
  whole(readWeb({ url: new URL(url), sha256 }, context, impatient));

/** Sends the first bytes, and cuts the connection when they have arrived. */
export const cutAfter = (after: number): Serving => ({ after, cutWhen: () => kept()[0]! >= after });

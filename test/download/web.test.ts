import { createHash } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { readWeb } from '../../src/download/web.ts';
import { content, get, impatient, kept, other, quiet, sha256, useFolder } from '../files/download/scene.ts';
import { answerWith, serve } from '../files/download/server.ts';

const folder = useFolder();

describe('a download from the web', () => {
  test('gives the content, shows how far it is, and leaves nothing in the cache', async () => {
    await using server = await serve((request, response) => answerWith(content, request, response));
    const context = quiet();
    expect((await get(`${server.url}/a?b=c#d`, context)).equals(content)).toBe(true);
    expect(server.seen.map(({ url }) => url)).toEqual(['/a?b=c']);
    expect(context.shown.at(-1)).toBe(content.length);
    expect(kept()).toEqual([]);
  });

  test('gives not a byte of the wrong content, shows both digests, and keeps nothing', async () => {
    await using server = await serve((request, response) => answerWith(other, request, response));
    const chunks: Uint8Array[] = [];
    const reading = (async () => {
      for await (const chunk of readWeb({ url: new URL(server.url), sha256 }, quiet(), impatient))
        chunks.push(chunk);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
    await expect(reading).rejects.toThrow(sha256);
    await expect(reading).rejects.toThrow(createHash('sha256').update(other).digest('hex'));
    expect(chunks).toEqual([]);
    expect(kept()).toEqual([]);
    expect(server.seen.length).toBe(1);
  });

  test('follows redirects to other hosts, and does not tell them the password', async () => {
    await using target = await serve((request, response) => answerWith(content, request, response));
    await using server = await serve((_request, response, count) =>
      response.writeHead(count === 1 ? 302 : 307, { location: count === 1 ? '/b' : `${target.url}/c` }).end(),
    );
    const withUser = server.url.replace('http://', 'http://me:secret@');
    expect((await get(`${withUser}/a`)).equals(content)).toBe(true);
    expect(server.seen.map(({ url }) => url)).toEqual(['/a', '/b']);
    expect(server.seen[0]!.authorization).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`);
    expect(target.seen).toMatchObject([{ url: '/c', authorization: undefined }]);
  });

  test('ends a loop of redirects', async () => {
    await using server = await serve((_request, response) =>
      response.writeHead(302, { location: '/' }).end(),
    );
    await expect(get(server.url)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  test('never shows the password of a URL', async () => {
    await using server = await serve((_request, response) => response.writeHead(404).end());
    const error: unknown = await get(server.url.replace('//', '//me:secret@')).catch((e: unknown) => e);
    expect(JSON.stringify(error) + String(error)).not.toContain('secret');
  });

  test('takes a password with a stray % as it stands', async () => {
    await using server = await serve((request, response) => answerWith(content, request, response));
    expect((await get(server.url.replace('//', '//me:100%@'))).equals(content)).toBe(true);
    expect(server.seen[0]!.authorization).toBe(`Basic ${Buffer.from('me:100%').toString('base64')}`);
  });

  test('stops at once when it is interrupted, and the next one resumes', async () => {
    const controller = new AbortController();
    await using server = await serve((request, response, count) =>
      answerWith(content, request, response, count === 1 ? { after: 100_000 } : {}),
    );
    const context = quiet(controller.signal);
    const reading = get(server.url, {
      ...context,
      progress: () => ({
        update: (done) => done > 0 && controller.abort(new Error('interrupted')),
        finish: () => {},
      }),
    });
    await expect(reading).rejects.toThrow('interrupted');
    const [length] = kept();
    expect(length).toBeGreaterThan(0);
    expect((await get(server.url)).equals(content)).toBe(true);
    expect(server.seen[1]!.range).toBe(`bytes=${length}-`);
    expect(kept()).toEqual([]);
  });

  test('is not asked for again when the reader stopped early', async () => {
    await using server = await serve((request, response) => answerWith(content, request, response));
    for await (const chunk of readWeb({ url: new URL(server.url), sha256 }, quiet(), impatient)) {
      expect(chunk.length).toBeLessThan(content.length);
      break;
    }
    expect((await get(server.url)).equals(content)).toBe(true);
    expect(server.seen.length).toBe(1);
  });

  test('of the same file several times at once gives each the content', async () => {
    await using server = await serve((request, response, count) =>
      answerWith(
        content,
        request,
        response,
        count <= 4 ? { after: 50_000 * count, cutWhen: () => true } : {},
      ),
    );
    const all = await Promise.all(Array.from({ length: 4 }, () => get(server.url)));
    for (const each of all) expect(each.equals(content)).toBe(true);
    expect(kept()).toEqual([]);
  });

  test('falls back to the folder for temporary files where the cache folder cannot be made', async () => {
    await using server = await serve((request, response) => answerWith(content, request, response));
    writeFileSync(join(folder.path, 'a-file'), '');
    vi.stubEnv('XDG_CACHE_HOME', join(folder.path, 'a-file'));
    vi.stubEnv('TMPDIR', folder.path);
    expect((await get(server.url)).equals(content)).toBe(true);
    expect(readdirSync(folder.path).filter((name) => name.startsWith('sluice-downloads-')).length).toBe(1);
  });
});

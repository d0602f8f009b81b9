import { describe, expect, test } from 'vitest';
import { readWeb } from '../../src/download/web.ts';
import {
  content,
  cutAfter,
  get,
  impatient,
  kept,
  other,
  quiet,
  sha256,
  useFolder,
  whole,
} from '../files/download/scene.ts';
import { answerWith, serve } from '../files/download/server.ts';

useFolder();

describe('a download that is cut', () => {
  test('goes on where a connection was cut', async () => {
    await using server = await serve((request, response, count) =>
      answerWith(
        content,
        request,
        response,
        count < 3 ? { after: 100_000, cutWhen: () => kept()[0] === 100_000 * count } : {},
      ),
    );
    expect((await get(server.url)).equals(content)).toBe(true);
    expect(server.seen.map(({ range }) => range)).toEqual([undefined, 'bytes=100000-', 'bytes=200000-']);
    expect(server.seen[1]!.ifRange).toBe('"one"');
  });

  test('asks again when the answer is a part of the range that it asked for', async () => {
    await using server = await serve((request, response, count) => {
      if (count === 1) return answerWith(content, request, response, cutAfter(100_000));
      const start = Number(/\d+/.exec(request.headers.range!)![0]);
      const piece = content.subarray(start, start + 120_000);
      const range = `bytes ${start}-${start + piece.length - 1}/${content.length}`;
      response
        .writeHead(206, { etag: '"one"', 'content-range': range, 'content-length': piece.length })
        .end(piece);
    });
    expect((await get(server.url)).equals(content)).toBe(true);
    expect(server.seen.map(({ range }) => range)).toEqual([undefined, 'bytes=100000-', 'bytes=220000-']);
  });

  test('starts over when the content became another one mid-way', async () => {
    await using server = await serve((request, response, count) =>
      count === 1
        ? answerWith(other, request, response, cutAfter(100_000))
        : answerWith(content, request, response, { etag: '"two"' }),
    );
    expect((await get(server.url)).equals(content)).toBe(true);
    expect(server.seen.map(({ ifRange }) => ifRange)).toEqual([undefined, '"one"']);
  });

  test('starts over when a server that ignores If-Range goes on with another version', async () => {
    await using server = await serve((request, response, count) => {
      if (count === 1) return answerWith(other, request, response, cutAfter(100_000));
      delete request.headers['if-range'];
      answerWith(content, request, response, { etag: '"two"' });
    });
    expect((await get(server.url)).equals(content)).toBe(true);
    expect(server.seen.map(({ range }) => range !== undefined)).toEqual([false, true, false]);
  });

  test('starts over when the pieces of two versions under one ETag do not fit', async () => {
    await using server = await serve((request, response, count) =>
      count === 1
        ? answerWith(other, request, response, cutAfter(100_000))
        : answerWith(content, request, response),
    );
    const context = quiet();
    expect((await get(server.url, context)).equals(content)).toBe(true);
    expect(server.seen.map(({ range }) => range !== undefined)).toEqual([false, true, false]);
    expect(context.said.at(-1)).toContain('starting over');
  });

  test('starts over when the server answers 416', async () => {
    await using server = await serve((request, response, count) => {
      if (count === 1) answerWith(content, request, response, cutAfter(100_000));
      else if (request.headers.range !== undefined) response.writeHead(416).end();
      else answerWith(content, request, response);
    });
    expect((await get(server.url)).equals(content)).toBe(true);
    expect(server.seen.length).toBe(3);
  });
});

describe('a server that fails', () => {
  test.each([408, 425, 429, 500, 503])('asks again after %i', async (status) => {
    await using server = await serve((request, response, count) =>
      count === 1 ? response.writeHead(status).end() : answerWith(content, request, response),
    );
    const context = quiet();
    expect((await get(server.url, context)).equals(content)).toBe(true);
    expect(context.said.join()).toContain(String(status));
  });

  test('waits as long as Retry-After says, but not longer than its own limit', async () => {
    await using server = await serve((request, response, count) =>
      count === 1
        ? response.writeHead(429, { 'retry-after': '3600' }).end()
        : answerWith(content, request, response),
    );
    expect((await get(server.url)).equals(content)).toBe(true);
  });

  test('does not ask again after 404 or 403', async () => {
    await using server = await serve((request, response) =>
      response.writeHead(request.url === '/403' ? 403 : 404).end(),
    );
    await expect(get(`${server.url}/404`)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(get(`${server.url}/403`)).rejects.toMatchObject({ code: 'UNREACHABLE' });
    expect(server.seen.length).toBe(2);
  });

  test('gives up after some tries, and names the host, the reason and the ways out', async () => {
    const server = await serve(() => {});
    await server[Symbol.asyncDispose]();
    await expect(get(server.url)).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringMatching(/127\.0\.0\.1.*ECONNREFUSED.*3 tries/),
      hint: expect.stringMatching(/HTTPS_PROXY.*--params.*path/),
    });
  });

  test('counts a silent connection as lost, and goes on', async () => {
    await using server = await serve((request, response, count) =>
      answerWith(content, request, response, count === 1 ? { after: 100_000 } : {}),
    );
    const got = whole(readWeb({ url: new URL(server.url), sha256 }, quiet(), { ...impatient, idle: 500 }));
    expect((await got).equals(content)).toBe(true);
    expect(server.seen[1]!.range).toMatch(/^bytes=\d+-$/);
  });

  test('stops at once when it is interrupted while it waits', async () => {
    await using server = await serve((_request, response) => response.writeHead(503).end());
    const controller = new AbortController();
    const context = {
      ...quiet(controller.signal),
      say: () => void setImmediate(() => controller.abort(new Error('interrupted'))),
    };
    const patience = { ...impatient, firstDelay: 3_600_000, longestDelay: 3_600_000 };
    const reading = whole(readWeb({ url: new URL(server.url), sha256 }, context, patience));
    await expect(reading).rejects.toThrow('interrupted');
  });
});

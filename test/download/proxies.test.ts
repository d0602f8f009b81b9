import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test, vi } from 'vitest';

import { content, get, useFolder } from '../files/download/scene.ts';
import { answerWith, serve } from '../files/download/server.ts';

useFolder();

describe('a download through a proxy', () => {
  test.each(['HTTP_PROXY', 'http_proxy'])(
    'named by %s asks the proxy for the whole URL',
    async (variable) => {
      await using server = await serve((request, response) => answerWith(content, request, response));
      await using proxy = await serve((request, response) => {
        httpRequest(request.url!, { headers: request.headers }, (answer) => {
          response.writeHead(answer.statusCode!, answer.headers);
          answer.pipe(response);
        }).end();
      });
      vi.stubEnv(variable, proxy.url);
      expect((await get(`${server.url}/file`)).equals(content)).toBe(true);
      expect(proxy.seen.map(({ url }) => url)).toEqual([`${server.url}/file`]);
      vi.stubEnv('NO_PROXY', '127.0.0.1');
      expect((await get(`${server.url}/file`)).equals(content)).toBe(true);
      expect(proxy.seen.length).toBe(1);
    },
  );

  test('opens a tunnel for https', async () => {
    const asked: string[] = [];
    const proxy = createServer().on('connect', (request, socket) => {
      asked.push(request.url!);
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    vi.stubEnv('HTTPS_PROXY', `127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    await expect(get('https://reviews.invalid/file')).rejects.toMatchObject({ code: 'UNREACHABLE' });
    proxy.close();
    expect(asked).toEqual(Array.from({ length: 3 }, () => 'reviews.invalid:443'));
  });

  test('whose password has a stray % is such an error, too', async () => {
    vi.stubEnv('HTTP_PROXY', 'http://me:100%@proxy.invalid');
    await expect(get('http://reviews.invalid/')).rejects.toMatchObject({ code: 'BAD_VALUE' });
  });

  test('that is not a URL is an error that names the variable and not the value', async () => {
    vi.stubEnv('HTTPS_PROXY', 'ftp://me:secret@proxy');
    const error: unknown = await get('https://reviews.invalid/').catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'BAD_VALUE', message: expect.stringContaining('HTTPS_PROXY') });
    expect(String(error)).not.toContain('secret');
  });
});

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly authorization: string | undefined;
}

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly seen: Seen[];
}

/** A server on loopback that notes what it was asked; `answer` is told the number of the request, from 1. */
export async function serve(
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void,
): Promise<TestServer> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    seen.push({
      method,
      url,
      range: headers.range,
      ifRange: headers['if-range'] as string | undefined,
      authorization: headers.authorization,
    });
    answer(request, response, seen.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface Serving {
  readonly etag?: string;
  /** Sends no more than so many bytes of the body. */
  readonly after?: number;
  /** Says when to cut the connection then; without it the connection stays silent. */
  readonly cutWhen?: () => boolean;
}

/** Answers as a web server with ranges does: 206 for the rest of this version, 416 past its end, or else the whole. */
export function answerWith(
  content: Buffer,
  request: IncomingMessage,
  response: ServerResponse,
  { etag = '"one"', after, cutWhen }: Serving = {},
): void {
  const ifRange = request.headers['if-range'];
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? NaN);
  const partly = !Number.isNaN(start) && (ifRange === undefined || ifRange === etag);
  if (partly && start >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  const body = partly ? content.subarray(start) : content;
  response.writeHead(partly ? 206 : 200, {
    etag,
    'content-length': body.length,
    ...(partly ? { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` } : {}),
  });
  if (after === undefined) return void response.end(body);
  response.write(body.subarray(0, after));
  if (cutWhen === undefined) return;
  const timer = setInterval(() => {
    if (!cutWhen()) return;
    clearInterval(timer);
    response.destroy();
  }, 1);
}

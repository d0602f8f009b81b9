import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsV4Signer } from 'aws4fetch';
import { onTestFinished, vi } from 'vitest';

export const CREDENTIALS = { accessKeyId: 'tester', secretAccessKey: 'a secret of tests' };

/**
 * A bucket that takes a request only if its signature is right, by another implementation of Signature V4, and a body only
 * if it is the one that was signed. It is the endpoint of the environment.
 */
export async function serveBucket(
  bucket: string,
  intercept: Intercept = () => false,
): Promise<AsyncDisposable & BucketServer> {
  const contents = new Map<string, Buffer>();
  const requests: string[] = [];
  const regions: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    regions.push(request.headers.authorization?.split('/')[2] ?? '');
    if (intercept(request, response)) {
      if (!response.headersSent) response.writeHead(500).end();
      return;
    }
    answer(request, response, { bucket, contents }).catch((error: unknown) => {
      const { status, message } = error as Refusal;
      const code = message.split(':')[0]!;
      const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
      response.writeHead(status, { 'content-type': 'application/xml' }).end(body);
    });
  });
  const listening = await listen(server);
  vi.stubEnv('AWS_ENDPOINT_URL_S3', listening.url);
  return { contents, requests, regions, ...listening };
}

/** Answers a request in another way, with 500 if in none, and says so. */
type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Leaves of the environment nothing that leads to other credentials, or to other machines, than those of the tests. */
export function useCredentials(): void {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_ACCESS_KEY_ID', CREDENTIALS.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', CREDENTIALS.secretAccessKey);
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  onTestFinished(() => void vi.unstubAllEnvs());
}

interface BucketServer {
  readonly url: string;
  /** By their names in the bucket. */
  readonly contents: Map<string, Buffer>;
  readonly requests: string[];
  /** That the requests were signed for. */
  readonly regions: string[];
}

/** Opens a server on a port of this machine only. */
export async function listen(
  server: Server,
): Promise<{ url: string; [Symbol.asyncDispose](): Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { bucket, contents }: { bucket: string; contents: Map<string, Buffer> },
): Promise<void> {
  const body = Buffer.concat(await request.toArray());
  await checkSignature(request);
  const signed = request.headers['x-amz-content-sha256'];
  if (signed !== createHash('sha256').update(body).digest('hex'))
    throw new Refusal(400, `XAmzContentSHA256Mismatch: the body is not the signed one`);
  const { pathname, searchParams: query } = new URL(request.url!, 'http://x');
  const [, named, ...parts] = decodeURIComponent(pathname).split('/');
  if (named !== bucket) throw new Refusal(404, 'NoSuchBucket: there is no such bucket');
  const name = parts.join('/');
  if (query.has('uploads') || query.has('uploadId'))
    return answerUpload(request, response, { name, body, contents });
  if (request.method === 'PUT') {
    contents.set(name, body);
    response.end();
    return;
  }
  const content = contents.get(name);
  if (content === undefined) throw new Refusal(404, 'NoSuchKey: there is no such key');
  response.writeHead(200, { 'content-length': content.length });
  response.end(request.method === 'HEAD' ? undefined : content);
}

/** An upload in parts: they are contents, too, until they are put together. */
function answerUpload(
  { method, url }: IncomingMessage,
  response: ServerResponse,
  { name, body, contents }: { name: string; body: Buffer; contents: Map<string, Buffer> },
): void {
  const part = new URL(url!, 'http://x').searchParams.get('partNumber');
  const parts = [...contents.keys()].filter((other) => other.startsWith(`${name}?`)).toSorted();
  if (method === 'PUT') {
    contents.set(`${name}?${part}`, body);
    response.setHeader('etag', `"${part}"`).end();
    return;
  }
  if (url!.includes('uploads=')) {
    response.end('<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>');
    return;
  }
  if (method === 'POST') {
    const named = [...body.toString().matchAll(/<PartNumber>(\d+)</g)].map((found) => found[1]!);
    contents.set(name, Buffer.concat(named.map((number) => contents.get(`${name}?${number}`)!)));
  }
  for (const other of parts) contents.delete(other);
  response.end('<CompleteMultipartUploadResult></CompleteMultipartUploadResult>');
}

/** Signs what came once more, and compares. */
async function checkSignature(request: IncomingMessage): Promise<void> {
  const { headers, method, url } = request;
  const authorization = headers.authorization ?? '';
  const [, id, region] = /Credential=([^/]+)\/\d+\/([^/]+)\/s3\/aws4_request/.exec(authorization) ?? [];
  const [, names = ''] = /SignedHeaders=([^,]+)/.exec(authorization) ?? [];
  if (id !== CREDENTIALS.accessKeyId) throw new Refusal(403, `InvalidAccessKeyId: there is no ${id}`);
  const signed = names.split(';').filter((name) => name !== 'host');
  const signer = new AwsV4Signer({
    ...CREDENTIALS,
    method: method!,
    url: `http://${headers.host}${url}`,
    headers: Object.fromEntries(signed.map((name) => [name, String(headers[name])])),
    service: 's3',
    region: region!,
    datetime: String(headers['x-amz-date']),
    allHeaders: true,
  });
  const { headers: expected } = await signer.sign();
  if ((expected as Headers).get('authorization') !== authorization)
    throw new Refusal(403, 'SignatureDoesNotMatch: the signature is not the one of the secret');
}

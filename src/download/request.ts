import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { StageError } from '../error.ts';
import { shown } from './location.ts';
import type { PartialDownload } from './partial-download.ts';
import { parseRetryAfter } from './patience.ts';

export interface Request {
  readonly url: URL;
  readonly dispatcher: Dispatcher;
  readonly signal: AbortSignal;
  /** Milliseconds without a byte after which the connection counts as lost. */
  readonly idle: number;
  /** Told how many bytes there are now, and how many there will be where the server says so. */
  onProgress(length: number, total: number | undefined): void;
}

/** How a request ended: with everything, or for a `reason` that may pass. `after`: the wait asked for, in milliseconds. */
export type Outcome =
  | { readonly kind: 'complete' }
  | {
      readonly kind: 'failed';
      readonly reason: string;
      readonly after?: number | undefined;
      readonly cause?: unknown;
    };

const MAY_PASS = new Set([408, 425, 429]);
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ISSUER/;

/**
 * Asks once for what `partial` lacks, and appends what comes. Starts over where the server has another version, or
 * knows no ranges. Throws `NOT_FOUND` or `UNREACHABLE` where asking again is of no use, and what `signal` was aborted with.
 */
export async function requestRest(request: Request, partial: PartialDownload): Promise<Outcome> {
  try {
    let answer = await ask(request, partial);
    if (answer.statusCode === 416 || (answer.statusCode === 206 && !continues(answer.headers, partial))) {
      discard(answer.body);
      await partial.restart();
      answer = await ask(request, partial);
    }
    return await receive(answer, request, partial);
  } catch (error) {
    request.signal.throwIfAborted();
    return toFailure(error, request.url);
  }
}

async function ask(
  { url, dispatcher, signal, idle }: Request,
  partial: PartialDownload,
): Promise<Dispatcher.ResponseData> {
  const { request } = await import('undici');
  const user = `${unescaped(url.username)}:${unescaped(url.password)}`;
  return request(shown(url), {
    dispatcher,
    signal,
    headersTimeout: idle,
    bodyTimeout: idle,
    headers: {
      // Ranges count the bytes as sent, and the sha256 those of the file: they must be the same.
      'accept-encoding': 'identity',
      ...(user === ':' ? {} : { authorization: `Basic ${Buffer.from(user).toString('base64')}` }),
      ...(partial.length > 0 && partial.validator !== undefined
        ? { range: `bytes=${partial.length}-`, 'if-range': partial.validator }
        : {}),
    },
  });
}

/** A name or password of a URL; one that holds a stray `%` is meant as it stands. */
function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function receive(
  answer: Dispatcher.ResponseData,
  request: Request,
  partial: PartialDownload,
): Promise<Outcome> {
  const { statusCode, headers, body } = answer;
  if (statusCode !== 200 && !(statusCode === 206 && partial.length > 0)) {
    discard(body);
    return refusal(statusCode, headers, request.url);
  }
  if (statusCode === 200) await partial.restart(validatorOf(headers));
  else partial.resumed = true;
  const size = Number(headers['content-length'] ?? NaN);
  const total = Number.isNaN(size) ? undefined : partial.length + size;
  request.onProgress(partial.length, total);
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    request.signal.throwIfAborted();
    await partial.append(chunk);
    request.onProgress(partial.length, total);
  }
  // A server may answer with less than the range that it was asked for (RFC 9110, 15.3.7).
  const whole = Number(/^bytes \d+-\d+\/(\d+)$/.exec(String(headers['content-range']))?.[1] ?? 0);
  if (statusCode === 206 && partial.length < whole) {
    return { kind: 'failed', reason: `${partial.length} of ${whole} bytes have come` };
  }
  return { kind: 'complete' };
}

/** Whether an answer to a request for a range goes on just where `partial` ends, in the same version. */
function continues(headers: IncomingHttpHeaders, partial: PartialDownload): boolean {
  const start = /^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1];
  const version = validatorOf(headers);
  return Number(start) === partial.length && (version === undefined || version === partial.validator);
}

/** Ends an answer whose body nobody reads; that it ends early is no error. */
function discard(body: Dispatcher.ResponseData['body']): void {
  body.on('error', () => {}).destroy();
}

/** A weak ETag (`W/"…"`) promises the same meaning, not the same bytes. */
function validatorOf({ etag, 'last-modified': modified }: IncomingHttpHeaders): string | undefined {
  return etag?.startsWith('"') ? etag : modified;
}

function refusal(statusCode: number, headers: IncomingHttpHeaders, url: URL): Outcome {
  const reason = `the server answered ${statusCode}`;
  if (MAY_PASS.has(statusCode) || statusCode >= 500) {
    const retryAfter = headers['retry-after'];
    return { kind: 'failed', reason, after: parseRetryAfter(retryAfter, Date.now()) };
  }
  if (statusCode === 404 || statusCode === 410) {
    throw new StageError('NOT_FOUND', `${shown(url)} does not exist: ${reason}`, {
      hint: 'check the URL, or give a mirror of it or the path of a copy',
    });
  }
  throw new StageError('UNREACHABLE', `can't download ${shown(url)}: ${reason}`, {
    hint:
      statusCode === 407
        ? 'give the name and password for the proxy: HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT'
        : 'check the URL and whether you may read it, or give a mirror of it or the path of a copy',
  });
}

/** What the network did is a failure that may pass; a certificate stays bad; everything else is not the network's. */
function toFailure(error: unknown, url: URL): Outcome {
  if (!(error instanceof Error) || error instanceof StageError || !('code' in error)) throw error;
  const code = String(error.code);
  const reason = error.message === '' ? code : error.message;
  if (CERTIFICATE.test(code)) {
    throw new StageError('UNREACHABLE', `can't trust ${url.host}: ${reason}`, {
      hint: 'behind a proxy that opens TLS, give its certificate: NODE_EXTRA_CA_CERTS=FILE',
      cause: error,
    });
  }
  if (code === 'UND_ERR_INVALID_ARG') {
    throw new StageError('UNREACHABLE', `can't download ${shown(url)}: ${reason}`, { cause: error });
  }
  return { kind: 'failed', reason, cause: error };
}

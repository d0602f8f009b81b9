import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { CompletedPart, PutObjectCommand, S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import type { Digest } from '../../digest.ts';
import { readFileWatched } from './chunks.ts';
import type { Transfer } from './patience.ts';
import type { KnownFile } from './remote.ts';

export interface Connection {
  readonly sdk: typeof import('@aws-sdk/client-s3');
  readonly client: S3Client;
}

/** Where a content goes. */
export interface Target {
  readonly Bucket: string;
  readonly Key: string;
}

/** What is sent, and where to. */
export interface Upload {
  readonly target: Target;
  readonly file: KnownFile;
  readonly transfer: Transfer;
}

/** Sends a file in one request, which S3 takes up to 5 GiB of. */
export async function putWhole(
  { sdk, client }: Connection,
  { target, file, transfer }: Upload,
): Promise<void> {
  await sendBody(readFileWatched(file.path, transfer), (Body) => {
    const command = new sdk.PutObjectCommand({ ...target, Body, ContentLength: file.bytes });
    signContent(command, file.sha256);
    return client.send(command, { abortSignal: transfer.signal });
  });
}

/** Sends a file in parts of so many bytes, which appear together, or not at all. */
export async function putInParts(
  connection: Connection,
  { target, file, transfer }: Upload,
  partBytes: number,
): Promise<void> {
  const { sdk, client } = connection;
  const { signal: abortSignal } = transfer;
  const begin = new sdk.CreateMultipartUploadCommand(target);
  const { UploadId } = await client.send(begin, { abortSignal });
  const upload = { ...target, UploadId };
  try {
    const Parts: CompletedPart[] = [];
    for (let start = 0; start < file.bytes; start += partBytes) {
      const end = Math.min(start + partBytes, file.bytes) - 1; // the last byte's own number
      const part = { path: file.path, start, end, PartNumber: Parts.length + 1 };
      Parts.push(await putPart(connection, { upload, part, transfer }));
    }
    const complete = new sdk.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } });
    await client.send(complete, { abortSignal });
  } catch (error) {
    const abort = new sdk.AbortMultipartUploadCommand(upload);
    // What fails here is told by the first error already; a bucket can be set to forget what was never completed.
    await client.send(abort, { abortSignal: AbortSignal.timeout(LAST_WORD) }).catch(() => undefined);
    throw error;
  }
}

/** How long a server that failed may take to forget what it got, in milliseconds. */
const LAST_WORD = 2000;

interface Part {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly PartNumber: number;
}

async function putPart(
  { sdk, client }: Connection,
  {
    upload,
    part: { path, start, end, PartNumber },
    transfer,
  }: { upload: Target & { UploadId: string | undefined }; part: Part; transfer: Transfer },
): Promise<CompletedPart> {
  const read = (): AsyncGenerator<Uint8Array> => readFileWatched(path, transfer, { start, end });
  const hash = createHash('sha256');
  for await (const chunk of read()) hash.update(chunk);
  const ETag = await sendBody(read(), async (Body) => {
    const command = new sdk.UploadPartCommand({
      ...upload,
      PartNumber,
      Body,
      ContentLength: end - start + 1,
    });
    signContent(command, hash.digest('hex') as Digest);
    return (await client.send(command, { abortSignal: transfer.signal })).ETag;
  });
  return { ETag, PartNumber };
}

/** Sends what is read. The library itself would wait forever for a body that can't be read on. */
async function sendBody<T>(
  chunks: AsyncIterable<Uint8Array>,
  send: (body: Readable) => Promise<T>,
): Promise<T> {
  const body = Readable.from(chunks, { objectMode: false });
  const failed = new Promise<never>((_, reject) => body.on('error', reject));
  try {
    return await Promise.race([send(body), failed]);
  } finally {
    body.destroy();
  }
}

/** Makes the sha256 of the body a part of what is signed: the server takes no other body. */
function signContent(command: PutObjectCommand | UploadPartCommand, sha256: Digest): void {
  // Their types have nothing that can be called in common; what it is called with is the same.
  const { middlewareStack } = command as PutObjectCommand;
  middlewareStack.add(
    (next) => (args) => {
      (args.request as { headers: Record<string, string> }).headers['x-amz-content-sha256'] = sha256;
      return next(args);
    },
    { step: 'build' },
  );
}

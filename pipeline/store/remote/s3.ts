import { addAbortSignal, type Readable } from 'node:stream';
import type { Transfer } from './patience.ts';
import type { KnownFile, Remote } from './remote.ts';
import { explainS3Error, isAbsent } from './s3-error.ts';
import { putInParts, putWhole, type Connection, type Target } from './s3-upload.ts';

/** The most that S3 takes in one request, and how large the parts of what is larger are, of which it takes 10,000; in bytes. */
const SIZES = { wholeUpTo: 5 * 2 ** 30, partBytes: 2 ** 29 };

/**
 * A bucket of S3, or of whatever speaks its protocol. Credentials, region and endpoint are found as by every program that
 * uses AWS's libraries: in `AWS_…` variables, `~/.aws`, or with the machine's own role.
 */
export class S3Remote implements Remote {
  readonly name: string;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #sizes: typeof SIZES;
  #connection: Promise<Connection> | undefined;

  constructor(name: string, { bucket, prefix }: { bucket: string; prefix: string }, sizes = SIZES) {
    this.name = name;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#sizes = sizes;
  }

  async get(name: string, { signal }: Transfer): Promise<AsyncIterable<Uint8Array> | undefined> {
    const answer = await this.#find(({ sdk, client }) =>
      client.send(new sdk.GetObjectCommand(this.#at(name)), { abortSignal: signal }),
    );
    if (answer === undefined) return undefined;
    const body = answer.Body as Readable;
    body.on('error', () => {}); // whoever reads it is told; nobody may have begun to
    return addAbortSignal(signal, body);
  }

  async size(name: string, { signal }: Transfer): Promise<number | undefined> {
    const answer = await this.#find(({ sdk, client }) =>
      client.send(new sdk.HeadObjectCommand(this.#at(name)), { abortSignal: signal }),
    );
    return answer?.ContentLength;
  }

  async put(name: string, file: KnownFile, transfer: Transfer): Promise<void> {
    const upload = { target: this.#at(name), file, transfer };
    const { wholeUpTo, partBytes } = this.#sizes;
    await this.#ask((connection) =>
      file.bytes > wholeUpTo ? putInParts(connection, upload, partBytes) : putWhole(connection, upload),
    );
  }

  #at(name: string): Target {
    return { Bucket: this.#bucket, Key: this.#prefix + name };
  }

  /** An answer; `undefined` where it is that there is nothing of that name. */
  async #find<T>(request: (connection: Connection) => Promise<T>): Promise<T | undefined> {
    return this.#ask((connection) =>
      request(connection).catch((error: unknown) => {
        if (!isAbsent(error)) throw error;
        return undefined;
      }),
    );
  }

  async #ask<T>(request: (connection: Connection) => Promise<T>): Promise<T> {
    try {
      return await request(await (this.#connection ??= connect()));
    } catch (error) {
      throw explainS3Error(error);
    }
  }
}

async function connect(): Promise<Connection> {
  const sdk = await import('@aws-sdk/client-s3'); // 150 ms: only where something is asked
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true'; // of its releases after this one
  const { AWS_REGION, AWS_DEFAULT_REGION, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL } = process.env;
  const settings = {
    logger: SILENT,
    maxAttempts: 1, // a body that was streamed can't be sent again; `patiently` tries again with another one
    forcePathStyle: Boolean(AWS_ENDPOINT_URL_S3 || AWS_ENDPOINT_URL),
    requestChecksumCalculation: 'WHEN_REQUIRED', // the signature is over the sha256 already
    responseChecksumValidation: 'WHEN_REQUIRED',
  } as const;
  const region = AWS_REGION || AWS_DEFAULT_REGION;
  if (region) return { sdk, client: new sdk.S3Client({ ...settings, region }) };
  const client = new sdk.S3Client(settings);
  const configured = await client.config.region().catch(() => undefined);
  return { sdk, client: configured ? client : new sdk.S3Client({ ...settings, region: 'us-east-1' }) };
}

const nothing = (): void => {};
/** What goes wrong is thrown, and told once. */
const SILENT = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };

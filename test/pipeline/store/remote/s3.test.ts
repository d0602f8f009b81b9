import { writeFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { join } from 'node:path';
import S3rver from 's3rver';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { digestFile, digestOf } from '../../../../pipeline/digest.ts';
import type { KnownFile } from '../../../../pipeline/store/remote/remote.ts';
import { S3Remote } from '../../../../pipeline/store/remote/s3.ts';
import { temporaryFolder } from '../../../folder.ts';
import { CREDENTIALS, serveBucket, useCredentials } from './s3-server.ts';

const transfer = { signal: new AbortController().signal, alive: () => {} };
const remoteOf = (sizes?: { wholeUpTo: number; partBytes: number }) =>
  new S3Remote('s3://bucket/a prefix', { bucket: 'bucket', prefix: 'a prefix/' }, sizes);

async function fileOf(content: string | Buffer): Promise<KnownFile> {
  const path = join(temporaryFolder(), 'file');
  writeFileSync(path, content);
  return { path, ...(await digestFile(path)) };
}

beforeEach(() => useCredentials());

describe('a bucket', () => {
  test('gives what was put there, and is signed for every byte', async () => {
    await using server = await serveBucket('bucket');
    const remote = remoteOf();
    const large = Buffer.alloc(5_000_000, 'x');
    for (const [name, content] of [
      ['objects/ab/cd', large],
      ['entries/x.json', 'x'],
      ['empty', ''],
    ] as const) {
      expect([await remote.get(name, transfer), await remote.size(name, transfer)]).toEqual([
        undefined,
        undefined,
      ]);
      await remote.put(name, await fileOf(content), transfer);
      expect(await remote.size(name, transfer)).toBe(content.length);
      expect((await buffer((await remote.get(name, transfer))!)).equals(Buffer.from(content))).toBe(true);
    }
    expect([...server.contents.keys()][0]).toBe('a prefix/objects/ab/cd');
  });

  test('takes no other content than the one that was meant', async () => {
    await using server = await serveBucket('bucket');
    const file = { ...(await fileOf('hello')), sha256: digestOf('hullo') };
    await expect(remoteOf().put('x', file, transfer)).rejects.toThrow(/400.*XAmzContentSHA256Mismatch/);
    expect(server.contents.size).toBe(0);
  });

  test('gets a large file in parts, which appear together', async () => {
    await using server = await serveBucket('bucket');
    await remoteOf({ wholeUpTo: 10, partBytes: 4 }).put('x', await fileOf('0123456789a'), transfer);
    expect([...server.contents].map(([name, content]) => [name, String(content)])).toEqual([
      ['a prefix/x', '0123456789a'],
    ]);
    expect(server.requests.filter((request) => request.startsWith('PUT')).length).toBe(3);
  });

  test('forgets the parts of a file that could not be sent to its end', async () => {
    await using server = await serveBucket('bucket', (request) => request.url!.includes('partNumber=3'));
    const putting = remoteOf({ wholeUpTo: 10, partBytes: 4 }).put('x', await fileOf('0123456789a'), transfer);
    await expect(putting).rejects.toThrow('it answered 500');
    expect(server.contents.size).toBe(0);
  });

  test.each([
    ['a wrong secret', { AWS_SECRET_ACCESS_KEY: 'wrong' }, /403: SignatureDoesNotMatch.*check AWS_/],
    ['a user that there is not', { AWS_ACCESS_KEY_ID: 'nobody' }, /403: InvalidAccessKeyId.*check AWS_/],
    ['no credentials', { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }, /no credentials; check AWS_/],
  ])('says what is wrong with %s', async (_, variables, told) => {
    await using server = await serveBucket('bucket');
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    await expect(remoteOf().get('x', transfer)).rejects.toThrow(told);
    await expect(remoteOf().put('x', await fileOf('x'), transfer)).rejects.toThrow(told);
    expect(server.contents.size).toBe(0);
  });

  test('that is not there is no miss', async () => {
    await using _ = await serveBucket('another');
    await expect(remoteOf().get('x', transfer)).rejects.toThrow(/404: NoSuchBucket/);
  });

  test('is reached with a profile of the files that AWS programs share', async () => {
    await using server = await serveBucket('bucket');
    const folder = temporaryFolder();
    const { accessKeyId, secretAccessKey } = CREDENTIALS;
    const credentials = `[ci]\naws_access_key_id=${accessKeyId}\naws_secret_access_key=${secretAccessKey}\n`;
    writeFileSync(join(folder, 'credentials'), credentials);
    writeFileSync(join(folder, 'config'), '[profile ci]\nregion=eu-central-1\n');
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_PROFILE', 'ci');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(folder, 'credentials'));
    vi.stubEnv('AWS_CONFIG_FILE', join(folder, 'config'));
    expect(await remoteOf().get('x', transfer)).toBe(undefined);
    expect(server.regions).toEqual(['eu-central-1']);
    vi.stubEnv('AWS_DEFAULT_REGION', 'eu-west-1');
    expect(await remoteOf().get('x', transfer)).toBe(undefined);
    expect(server.regions.at(-1)).toBe('eu-west-1');
  });

  test('elsewhere is not told our credentials: a redirect is a failure', async () => {
    await using target = await serveBucket('bucket');
    await using _ = await serveBucket('bucket', (_request, response) => {
      response.writeHead(307, { location: `${target.url}/bucket/x` }).end();
      return true;
    });
    await expect(remoteOf().get('x', transfer)).rejects.toThrow('it answered 307');
    expect(target.requests).toEqual([]);
  });
});

test('a server of other people’s speaks the same protocol', async () => {
  const settings = { address: '127.0.0.1', port: 0, silent: true, directory: temporaryFolder() };
  const server = new S3rver({ ...settings, configureBuckets: [{ name: 'bucket', configs: [] }] });
  const { port } = await server.run();
  onTestFinished(() => server.close());
  vi.stubEnv('AWS_ENDPOINT_URL_S3', `http://127.0.0.1:${port}`);
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) vi.stubEnv(name, 'S3RVER'); // its only user
  const remote = remoteOf({ wholeUpTo: 6_000_000, partBytes: 5 * 2 ** 20 });
  for (const content of ['', 'hello', Buffer.alloc(12_000_000, 'y')]) {
    await remote.put('x', await fileOf(content), transfer);
    expect(await remote.size('x', transfer)).toBe(content.length);
    expect((await buffer((await remote.get('x', transfer))!)).equals(Buffer.from(content))).toBe(true);
  }
  expect(await remote.get('y', transfer)).toBe(undefined);
});

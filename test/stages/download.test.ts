import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import * as v from 'valibot';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { download } from '../../src/stages/download.ts';
import { content, kept, other, quiet, sha256, useFolder, whole } from '../files/download/scene.ts';
import { answerWith, serve } from '../files/download/server.ts';

const folder = useFolder();

const run = (url: string, digest = sha256): Promise<Buffer> =>
  whole(download.run((async function* () {})(), { url, sha256: digest }, quiet()));

test('passes a file on that has the digest that sha256sum gives', async () => {
  const golden = (name: string): string =>
    fileURLToPath(new URL(`../files/download/golden/${name}`, import.meta.url));
  const [digest, name] = readFileSync(golden('SHA256SUMS'), 'utf8').trim().split(/ +/);
  expect((await run(golden(name!), digest)).equals(readFileSync(golden(name!)))).toBe(true);
});

test('a digest in capitals is taken', async () => {
  await using server = await serve((request, response) => answerWith(content, request, response));
  expect((await run(server.url, sha256.toUpperCase())).equals(content)).toBe(true);
});

test('a relative path that is not there tells what it starts from', async () => {
  const error = { code: 'NOT_FOUND', hint: expect.stringContaining(process.cwd()) as string };
  await expect(run('no/such/file')).rejects.toMatchObject(error);
});

describe('a killed download', () => {
  const child = fileURLToPath(new URL('../files/download/child.mjs', import.meta.url));
  const start = (url: string) =>
    spawn(process.execPath, [child, url, sha256], { stdio: ['ignore', 'pipe', 'pipe'] });

  test('is resumed by the next process, which asks for the rest only', async () => {
    await using server = await serve((request, response, count) =>
      answerWith(content, request, response, count === 1 ? { after: 200_000 } : {}),
    );
    const first = start(`${server.url}/imdb.npz`);
    const firstOutput = whole(first.stdout);
    const complaints = whole(first.stderr);
    await vi
      .waitUntil(() => first.exitCode !== null || (server.seen.length > 0 && kept()[0] === 200_000), {
        timeout: 20_000,
        interval: 5,
      })
      .catch(() => undefined);
    first.kill('SIGKILL');
    expect((await complaints).toString()).toBe('');
    expect((await firstOutput).length).toBe(0);
    expect(kept()).toEqual([200_000]);

    const second = start(`${server.url}/imdb.npz`);
    expect((await whole(second.stdout)).equals(content)).toBe(true);
    expect(server.seen.map(({ range }) => range)).toEqual([undefined, 'bytes=200000-']);
    expect(kept()).toEqual([]);
  }, 60_000);
});

describe('a file of this machine', () => {
  const path = () => join(folder.path, 'a file.bin');
  beforeEach(() => writeFileSync(path(), content));

  test('is read from its path or its file: URL', async () => {
    expect((await run(path())).equals(content)).toBe(true);
    expect((await run(pathToFileURL(path()).href)).equals(content)).toBe(true);
  });

  test('that is empty is read too', async () => {
    writeFileSync(path(), '');
    expect((await run(path(), createHash('sha256').digest('hex'))).length).toBe(0);
  });

  test('with another digest gives not a byte', async () => {
    const reading = download.run((async function* () {})(), { url: path(), sha256: '0'.repeat(64) }, quiet());
    await expect(reading[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      message: expect.stringMatching(new RegExp(`${'0'.repeat(64)}[^]*${sha256}`)),
    });
  });

  test('that changes while it is read is noticed', async () => {
    const reading = async (): Promise<void> => {
      for await (const _ of download.run((async function* () {})(), { url: path(), sha256 }, quiet())) {
        writeFileSync(path(), other);
      }
    };
    await expect(reading()).rejects.toThrow('changed');
  });

  test('that grows while it is read gives what was checked', async () => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of download.run((async function* () {})(), { url: path(), sha256 }, quiet())) {
      chunks.push(chunk);
      appendFileSync(path(), Buffer.alloc(100_000));
    }
    expect(Buffer.concat(chunks).equals(content)).toBe(true);
  });

  test('that is missing, or a folder, is an error that says so', async () => {
    mkdirSync(join(folder.path, 'b'));
    await expect(run(join(folder.path, 'absent'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(run(join(folder.path, 'b'))).rejects.toThrow(/a folder/);
    await expect(run(join(path(), 'c'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test.each(['ftp://host/a', 's3://bucket/a', 'http://', 'file://host/a', 'file:///a%00', ''])(
    'is not %j',
    async (url) => {
      await expect(async () => run(url)).rejects.toMatchObject({ code: 'BAD_VALUE' });
    },
  );
});

describe('the options', () => {
  const schema = v.strictObject(download.options);

  test('need 64 hexadecimal digits, and say how to learn them', () => {
    expect(v.is(schema, { url: 'a', sha256: sha256.toUpperCase() })).toBe(true);
    const result = v.safeParse(schema, { url: 'a', sha256: sha256.slice(1) });
    expect(result.issues?.[0].message).toContain('sha256sum');
  });

  test('mark the URL as no part of the content', () => {
    expect(v.getMetadata(download.options.url)).toEqual({ role: 'locator' });
  });
});

import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { digestOf } from '../../../../pipeline/digest.ts';
import { seal } from '../../../../pipeline/store/entry.ts';
import type { Key } from '../../../../pipeline/key.ts';
import { FolderRemote } from '../../../../pipeline/store/remote/folder.ts';
import type { Patience } from '../../../../pipeline/store/remote/patience.ts';
import type { Remote } from '../../../../pipeline/store/remote/remote.ts';
import { S3Remote } from '../../../../pipeline/store/remote/s3.ts';
import { SharedStore } from '../../../../pipeline/store/remote/shared-store.ts';
import { temporaryFolder } from '../../../folder.ts';
import { fill, storeIn } from '../filled.ts';
import { listen, serveBucket, useCredentials } from './s3-server.ts';

/** So short that a test that waits for it is quick; the others end long before. */
const IMPATIENT: Patience = { silence: 300, pause: 1, ending: 2000 };
const PATIENT: Patience = { silence: 30_000, pause: 1, ending: 30_000 };

const bucket = (): Remote => new S3Remote('s3://bucket/p', { bucket: 'bucket', prefix: 'p/' });
const share = (
  remote: Remote,
  more: { readOnly?: boolean; patience?: Patience; signal?: AbortSignal } = {},
) => {
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const { signal = new AbortController().signal } = more;
  const shared = new SharedStore({ remote, readOnly: false, patience: PATIENT, ...more, warn, signal });
  return { shared, warnings };
};

const CONTENTS = { out: 'hello', folder: { a: 'A', 'deep/b': 'B', again: 'A' }, empty: '' };

/** A store with an entry, and one without. */
const twoStores = () => {
  const ours = storeIn(join(temporaryFolder(), 'store'));
  const theirs = storeIn(join(temporaryFolder(), 'store'));
  return { ours, theirs, filled: fill(ours.folder, { contents: CONTENTS }) };
};

/** Sends the entry with a run of its own. */
async function send(remote: Remote, { ours, filled }: ReturnType<typeof twoStores>): Promise<void> {
  const { shared, warnings } = share(remote);
  shared.push(filled.key, filled.entry, ours);
  await shared.finish();
  expect(warnings).toEqual([]);
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

beforeEach(() => useCredentials());

describe.each(['folder', 'bucket'])('through a %s', (kind) => {
  async function withRemote(
    act: (
      remote: Remote,
      at: { read(name: string): string; write(name: string, text: string): void },
    ) => Promise<void>,
  ): Promise<void> {
    if (kind === 'bucket') {
      await using server = await serveBucket('bucket');
      const { contents } = server;
      return await act(bucket(), {
        read: (name) => contents.get(`p/${name}`)!.toString(),
        write: (name, text) => void contents.set(`p/${name}`, Buffer.from(text)),
      });
    }
    const folder = temporaryFolder();
    await act(new FolderRemote('shared', folder), {
      read: (name) => readFileSync(join(folder, name), 'utf8'),
      write: (name, text) => {
        chmodSync(join(folder, name), 0o644);
        writeFileSync(join(folder, name), text);
      },
    });
  }
  const objectOf = (text: string): string =>
    `objects/${digestOf(text).slice(0, 2)}/${digestOf(text).slice(2)}`;

  test('what one machine made another one gets, the same to the byte', () =>
    withRemote(async (remote) => {
      const stores = twoStores();
      const { ours, theirs, filled } = stores;
      await send(remote, stores);
      const { shared, warnings } = share(remote);
      const entry = await shared.lookUp(filled.key);
      expect(entry).toEqual(filled.entry);
      expect(await shared.fetch(filled.key, entry!, theirs)).toBe(true);
      for (const text of ['hello', 'A', 'B', '']) {
        const path = theirs.objectPath(digestOf(text));
        expect(readFileSync(path, 'utf8')).toBe(text);
        expect(statSync(path).mode & 0o222).toBe(0);
      }
      expect(JSON.parse(readFileSync(join(theirs.folder, 'entries', `${filled.key}.json`), 'utf8'))).toEqual(
        JSON.parse(readFileSync(filled.path, 'utf8')),
      );
      expect(filesIn(theirs.folder).length).toBe(filesIn(ours.folder).length);
      expect(readdirSync(join(theirs.folder, 'tmp'))).toEqual([]);
      expect(await shared.lookUp(digestOf('nothing') as typeof filled.key)).toBe(undefined);
      expect(warnings).toEqual([]);
    }));

  test.each([
    ['nothing', ''],
    ['no JSON', '<html>'],
    ['no entry', 'null'],
    ['another entry', 'another'],
    ['a changed entry', 'changed'],
    ['a path out of the folder', 'path'],
  ])('an entry that is %s is a miss, and a warning', (_, kindOfDamage) =>
    withRemote(async (remote, at) => {
      const stores = twoStores();
      const { filled } = stores;
      await send(remote, stores);
      const name = `entries/${filled.key}.json`;
      const files = { '../../x': digestOf('A') };
      const outputs = { out: { sha256: digestOf('x'), bytes: 1, files } };
      const other = fill(temporaryFolder(), { step: 'other', contents: {} });
      const damage: Record<string, string> = {
        another: readFileSync(other.path, 'utf8'),
        changed: at.read(name).replace('"seconds":2', '"seconds":3'),
        path: JSON.stringify(seal(filled.key, { ...filled.entry, outputs })),
      };
      at.write(name, damage[kindOfDamage] ?? kindOfDamage);
      const { shared, warnings } = share(remote);
      expect(await shared.lookUp(filled.key)).toBe(undefined);
      expect(warnings).toEqual([expect.stringContaining(`has a damaged ${name}`)]);
      await send(remote, stores); // the step ran again
      expect(await shared.lookUp(filled.key)).toEqual(filled.entry);
    }),
  );

  test.each(['hellO', 'hell', ''])('an object that became "%s" is a miss, and is sent again', (text) =>
    withRemote(async (remote, at) => {
      const stores = twoStores();
      const { ours, theirs, filled } = stores;
      await send(remote, stores);
      at.write(objectOf('hello'), text);
      const { shared, warnings } = share(remote);
      expect(await shared.fetch(filled.key, filled.entry, theirs)).toBe(false);
      expect(warnings).toEqual([expect.stringContaining(`has a damaged ${objectOf('hello')}`)]);
      expect(existsSync(theirs.objectPath(digestOf('hello')))).toBe(false);
      expect(existsSync(join(theirs.folder, 'entries'))).toBe(false);
      shared.push(filled.key, filled.entry, ours); // the step ran instead
      await shared.finish();
      expect(at.read(objectOf('hello'))).toBe('hello');
    }),
  );

  test('an object that was damaged here is replaced by the one from there', () =>
    withRemote(async (remote) => {
      const stores = twoStores();
      const { ours, filled } = stores;
      await send(remote, stores);
      const path = ours.objectPath(digestOf('hello'));
      chmodSync(path, 0o644);
      writeFileSync(path, 'hellO');
      expect(await share(remote).shared.fetch(filled.key, filled.entry, ours)).toBe(true);
      expect(readFileSync(path, 'utf8')).toBe('hello');
    }));

  test('many machines send the same at the same time', () =>
    withRemote(async (remote) => {
      const stores = twoStores();
      await Promise.all(Array.from({ length: 8 }, () => send(remote, stores)));
      const { filled, theirs } = stores;
      expect(await share(remote).shared.fetch(filled.key, filled.entry, theirs)).toBe(true);
    }));
});

test('what is there already is not sent again, and nothing is sent where that is not wanted', async () => {
  await using server = await serveBucket('bucket');
  const stores = twoStores();
  const { shared } = share(bucket(), { readOnly: true });
  shared.push(stores.filled.key, stores.filled.entry, stores.ours);
  await shared.finish();
  expect(server.requests).toEqual([]);
  const puts = (): number => server.requests.filter((request) => request.startsWith('PUT')).length;
  await send(bucket(), stores);
  expect(puts()).toBe(5); // four objects and the entry
  await send(bucket(), stores);
  expect(puts()).toBe(6);
});

test('however much is asked, it does not wait so long for a connection that the remote seems to hang', async () => {
  let now = 0;
  let most = 0;
  await using server = await serveBucket('bucket', (_, response) => {
    most = Math.max(most, ++now);
    response.on('close', () => now--);
    return false;
  });
  const { shared, warnings } = share(bucket());
  const keys = Array.from({ length: 200 }, (_, index) => digestOf(`${index}`) as Key);
  expect(new Set(await Promise.all(keys.map((key) => shared.lookUp(key))))).toEqual(new Set([undefined]));
  expect(server.requests.length).toBe(200);
  expect(most).toBeLessThanOrEqual(16);
  expect(warnings).toEqual([]);
});

describe('a remote that', () => {
  /** Uses one for everything that a run asks, twice. */
  async function useIt(remote: Remote, patience: Patience = IMPATIENT): Promise<string[]> {
    const { ours, theirs, filled } = twoStores();
    const { shared, warnings } = share(remote, { patience });
    for (const _ of [1, 2]) {
      expect(await shared.lookUp(filled.key)).toBe(undefined);
      expect(await shared.fetch(filled.key, filled.entry, theirs)).toBe(false);
      shared.push(filled.key, filled.entry, ours);
    }
    await shared.finish();
    return warnings;
  }
  const answering = (listener: RequestListener) => listen(createServer(listener));

  test('refuses connections is told once, with its name, and not asked again', async () => {
    const { url, [Symbol.asyncDispose]: close } = await answering(() => {});
    await close();
    vi.stubEnv('AWS_ENDPOINT_URL_S3', url);
    expect(await useIt(bucket())).toEqual([
      expect.stringMatching(/^the shared store s3:\/\/bucket\/p is not used: .*ECONNREFUSED/),
    ]);
  });

  test('never answers is given up, and not asked again', async () => {
    let asked = 0;
    await using server = await answering(() => void asked++);
    vi.stubEnv('AWS_ENDPOINT_URL_S3', server.url);
    expect(await useIt(bucket())).toEqual([expect.stringContaining('is not used: no answer within 0.3 s')]);
    expect(asked).toBe(2);
  });

  test.each([403, 404, 500, 503])('answers %i is told, and not asked again', async (status) => {
    let asked = 0;
    await using server = await answering((_, response) => {
      asked++;
      response.writeHead(status, { 'content-type': 'text/html' }).end('<html><p>a proxy of sorts</html>');
    });
    vi.stubEnv('AWS_ENDPOINT_URL_S3', server.url);
    expect(await useIt(bucket(), PATIENT)).toEqual([
      expect.stringMatching(new RegExp(`is not used: it answered ${status}, but not as S3 does`)),
    ]);
    expect(asked).toBe(2);
  });

  test('answers garbage is no hit', async () => {
    await using server = await answering((_, response) => response.end('<html>welcome</html>'));
    vi.stubEnv('AWS_ENDPOINT_URL_S3', server.url);
    for (const warning of await useIt(bucket(), PATIENT)) expect(warning).toMatch(/damaged/);
  });

  test('cuts a body in the middle is no hit', async () => {
    await using server = await answering((_, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write('hel');
      setTimeout(() => response.destroy(), 10);
    });
    vi.stubEnv('AWS_ENDPOINT_URL_S3', server.url);
    expect(await useIt(bucket(), PATIENT)).toEqual([
      expect.stringMatching(/is not used: (aborted|.*ECONNRESET)/),
    ]);
  });

  test('stops in the middle of a body is given up', async () => {
    await using server = await answering((_, response) => {
      response.writeHead(200, { 'content-length': 1000 }).write('hel');
    });
    vi.stubEnv('AWS_ENDPOINT_URL_S3', server.url);
    expect(await useIt(bucket())).toEqual([expect.stringContaining('no answer within 0.3 s')]);
  });

  test('fails once is asked a second time', async () => {
    const asked = new Set<string>();
    await using server = await serveBucket('bucket', ({ url }) => {
      const first = !asked.has(url!.split('?')[0]!);
      asked.add(url!.split('?')[0]!);
      return first;
    });
    const stores = twoStores();
    await send(bucket(), stores);
    const { shared, warnings } = share(bucket());
    expect(await shared.lookUp(stores.filled.key)).toEqual(stores.filled.entry);
    expect(warnings).toEqual([]);
    expect(server.contents.size).toBe(5);
  });

  test('can only be read from goes on being read', async () => {
    const stores = twoStores();
    const { filled, ours, theirs } = stores;
    await using server = await serveBucket('bucket');
    await send(bucket(), stores);
    await using readable = await serveBucket('bucket', ({ method }) => method === 'PUT');
    for (const [name, content] of server.contents) readable.contents.set(name, content);
    const { shared, warnings } = share(bucket());
    shared.push(filled.key, filled.entry, ours);
    await shared.finish();
    expect(warnings).toEqual([expect.stringContaining('gets nothing more of this run: it answered 500')]);
    expect(await shared.fetch(filled.key, (await shared.lookUp(filled.key))!, theirs)).toBe(true);
    expect(warnings.length).toBe(1);
  });

  test('is a folder that is not there is told', async () => {
    const folder = join(temporaryFolder(), 'unmounted');
    expect(await useIt(new FolderRemote('shared', folder))).toEqual([
      expect.stringMatching(/the shared store shared is not used: there is no such folder/),
    ]);
    expect(existsSync(folder)).toBe(false);
  });

  test('is a folder that cannot be written to goes on being read', async () => {
    const folder = temporaryFolder();
    const { ours, theirs, filled } = twoStores();
    fill(folder, { contents: CONTENTS });
    rmSync(join(folder, 'entries', `${filled.key}.json`));
    writeFileSync(join(folder, 'tmp'), 'in the way of every write, also for root');
    const { shared, warnings } = share(new FolderRemote('shared', folder));
    shared.push(filled.key, filled.entry, ours);
    await shared.finish();
    expect(warnings).toEqual([expect.stringContaining('gets nothing more of this run')]);
    expect(await shared.fetch(filled.key, filled.entry, theirs)).toBe(true);
  });
});

test('an interruption stops everything at once, without a word', async () => {
  await using server = await listen(createServer(() => {}));
  vi.stubEnv('AWS_ENDPOINT_URL_S3', server.url);
  const interruption = new AbortController();
  const { ours, filled } = twoStores();
  const { shared, warnings } = share(bucket(), { signal: interruption.signal });
  const looking = shared.lookUp(filled.key);
  shared.push(filled.key, filled.entry, ours);
  interruption.abort();
  expect(await looking).toBe(undefined);
  await shared.finish();
  expect(warnings).toEqual([]);
});

test('a run does not wait endlessly for what it sends', async () => {
  await using server = await listen(createServer(() => {}));
  vi.stubEnv('AWS_ENDPOINT_URL_S3', server.url);
  const { ours, filled } = twoStores();
  const { shared, warnings } = share(bucket(), { patience: { ...PATIENT, ending: 100 } });
  shared.push(filled.key, filled.entry, ours);
  await shared.finish();
  expect(warnings).toEqual([expect.stringContaining('not all was sent within 0.1 s')]);
});

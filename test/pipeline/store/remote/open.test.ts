import { expect, test } from 'vitest';
import { FolderRemote } from '../../../../pipeline/store/remote/folder.ts';
import { chooseRemote, openRemote } from '../../../../pipeline/store/remote/open.ts';
import { S3Remote } from '../../../../pipeline/store/remote/s3.ts';

test.each([
  ['s3://a-bucket', S3Remote],
  ['s3://a-bucket/', S3Remote],
  ['S3://a.bucket/some/prefix', S3Remote],
  ['/mnt/shared', FolderRemote],
  ['../shared', FolderRemote],
  ['file:///mnt/shared', FolderRemote],
])('%s is a remote, by the name that it was given', (name, kind) => {
  const opened = openRemote(name, '--remote');
  expect(opened.ok && opened.value).toBeInstanceOf(kind);
  expect(opened.ok && opened.value.name).toBe(name);
});

test.each([
  ['gs://bucket', 'gs://'],
  ['https://host/path', 'https://'],
  ['s3://', 'bucket'],
  ['s3://Bucket', '"Bucket"'],
  ['s3://bucket/a//b', '"a//b"'],
  ['s3://bucket/../b', '"../b"'],
  ['file://host/path', 'file://host/path'],
])('"%s" is none, and what is wrong is told', (name, told) => {
  const opened = openRemote(name, 'SLUICE_REMOTE');
  const [problem] = opened.ok ? [] : opened.problems;
  expect(problem).toMatchObject({
    at: { file: 'SLUICE_REMOTE' },
    hint: expect.stringContaining('s3://') as unknown,
  });
  expect(problem!.message).toContain(told);
});

test('a secret in a name is not repeated', () => {
  expect(JSON.stringify(openRemote('s3://key:secret@bucket', '--remote'))).not.toContain('secret');
});

test.each([
  [{ readOnly: false }, {}, undefined],
  [{ readOnly: false }, { SLUICE_REMOTE: '/a' }, ['/a', false]],
  [{ readOnly: false, remote: '/b' }, { SLUICE_REMOTE: '/a' }, ['/b', false]],
  [{ readOnly: false, remote: '' }, { SLUICE_REMOTE: '/a' }, undefined],
  [{ readOnly: true }, { SLUICE_REMOTE: '/a' }, ['/a', true]],
  [{ readOnly: false }, { SLUICE_REMOTE: '/a', SLUICE_REMOTE_READ_ONLY: '1' }, ['/a', true]],
  [{ readOnly: false }, { SLUICE_REMOTE: '/a', SLUICE_REMOTE_READ_ONLY: '0' }, ['/a', false]],
])('flags %j in an environment of %j choose %j', (flags, environment, expected) => {
  const chosen = chooseRemote(flags, environment);
  const choice = chosen.ok ? chosen.value : expect.fail('it is a mistake');
  expect(choice && [choice.remote.name, choice.readOnly]).toEqual(expected);
});

test.each([
  [{ readOnly: false, remote: 'gs://a' }, {}, '--remote'],
  [{ readOnly: false }, { SLUICE_REMOTE: 'gs://a' }, 'SLUICE_REMOTE'],
])('a mistake says where it was made', (flags, environment, file) => {
  expect(chooseRemote(flags, environment)).toMatchObject({ ok: false, problems: [{ at: { file } }] });
});

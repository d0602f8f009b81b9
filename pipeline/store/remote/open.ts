import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failure, success, type Result } from '../../problem.ts';
import { FolderRemote } from './folder.ts';
import type { Remote } from './remote.ts';
import { S3Remote } from './s3.ts';

/** Which remote a run shares with, and whether it sends nothing there. */
export interface Choice {
  readonly remote: Remote;
  readonly readOnly: boolean;
}

/** The remote of `--remote` and `--remote-read-only`, or else of the environment; `undefined` for none, as an empty name says. */
export function chooseRemote(
  flags: { readonly remote?: string | undefined; readonly readOnly: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Result<Choice | undefined> {
  const { SLUICE_REMOTE: name, SLUICE_REMOTE_READ_ONLY: readOnly = '' } = environment;
  const text = flags.remote ?? name ?? '';
  if (text === '') return success(undefined);
  const opened = openRemote(text, flags.remote === undefined ? 'SLUICE_REMOTE' : '--remote');
  if (!opened.ok) return opened;
  return success({
    remote: opened.value,
    readOnly: flags.readOnly || !['', '0', 'false'].includes(readOnly),
  });
}

/**
 * The remote that `s3://bucket/prefix`, a `file:` URL or a folder's path names. Nothing is asked before it is first used.
 * `from` is what named it, for the message where it names none.
 */
export function openRemote(text: string, from: string): Result<Remote> {
  const [, scheme, rest = ''] = /^([a-z][a-z0-9+.-]+):\/\/(.*)$/is.exec(text) ?? [];
  if (scheme === undefined) return success(new FolderRemote(text, resolve(text)));
  if (scheme.toLowerCase() === 's3') return openBucket(text, rest, from);
  if (scheme.toLowerCase() !== 'file')
    return nonsense(`${scheme}:// is not a kind of shared store that Sluice knows`, from);
  try {
    return success(new FolderRemote(text, fileURLToPath(text)));
  } catch (error) {
    return nonsense(`${text} names no folder of this machine: ${(error as Error).message}`, from);
  }
}

function openBucket(text: string, rest: string, from: string): Result<Remote> {
  if (rest.includes('@'))
    return nonsense('a password does not belong in the name: credentials come from the environment', from);
  const [bucket = '', ...folders] = rest.replace(/\/$/, '').split('/');
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    return nonsense(`"${bucket}" is not the name of a bucket`, from);
  if (folders.some((part) => part === '' || /^\.+$/.test(part)))
    return nonsense(`"${folders.join('/')}" is not a prefix`, from);
  return success(new S3Remote(text, { bucket, prefix: folders.map((part) => `${part}/`).join('') }));
}

const nonsense = (message: string, from: string): Result<never> =>
  failure({ message, at: { file: from }, hint: 'give s3://BUCKET/PREFIX or the path of a folder' });

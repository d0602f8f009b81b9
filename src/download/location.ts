import { fileURLToPath } from 'node:url';
import { StageError } from '../error.ts';

/** Where content lies: on the web, or in a file of this machine. */
export type Location =
  { readonly kind: 'web'; readonly url: URL } | { readonly kind: 'file'; readonly path: string };

/** An http(s) URL, a `file:` URL or a path, told apart. Throws `BAD_VALUE` for every other scheme. */
export function locate(location: string): Location {
  const scheme = /^(https?|file|[a-z][a-z0-9+.-]+(?=:\/\/)):/i.exec(location)?.[1]?.toLowerCase();
  if (location === '') throw bad('an empty URL');
  if (scheme === undefined) return { kind: 'file', path: location };
  if (scheme === 'file') return { kind: 'file', path: toPath(location) };
  if (scheme !== 'http' && scheme !== 'https') throw bad(`the scheme of ${location} is not one of these`);
  try {
    return { kind: 'web', url: new URL(location) };
  } catch (cause) {
    throw bad(`${location} is not a URL`, cause);
  }
}

/** A URL as people may see it: without a user's name and password. */
export function shown(url: URL): string {
  const copy = new URL(url);
  copy.username = '';
  copy.password = '';
  return copy.href;
}

function toPath(url: string): string {
  try {
    const path = fileURLToPath(url);
    if (path.includes('\0')) throw new TypeError('a path has no zero bytes');
    return path;
  } catch (cause) {
    throw bad(`${url} names no file of this machine: ${(cause as Error).message}`, cause);
  }
}

const bad = (message: string, cause?: unknown): StageError =>
  new StageError('BAD_VALUE', message, {
    where: { field: 'url' },
    hint: 'give an http:, https: or file: URL, or a path',
    cause,
  });

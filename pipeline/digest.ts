import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

/** The sha256 of some content, as 64 hexadecimal digits. */
export type Digest = string & { readonly __brand: 'Digest' };

export const isDigest = (text: string): text is Digest => /^[0-9a-f]{64}$/.test(text);

export const digestOf = (content: string | Uint8Array): Digest =>
  createHash('sha256').update(content).digest('hex') as Digest;

const PIECE = 1 << 20;

/** The sha256 and the size, in bytes, of a file. Now and then, others get a turn. */
export async function digestFile(path: string): Promise<{ sha256: Digest; bytes: number }> {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(PIECE);
  const file = openSync(path, 'r');
  let bytes = 0;
  try {
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
      hash.update(piece.subarray(0, read));
      bytes += read;
      if (read === PIECE) await setImmediate();
    }
  } finally {
    closeSync(file);
  }
  return { sha256: hash.digest('hex') as Digest, bytes };
}

/** JSON whose bytes depend on the value only: keys sorted by code unit, no white space. `value` is plain data. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const map = value as Record<string, unknown>;
  const members = Object.keys(map)
    .sort() // by code unit; toSorted would copy what is ours already
    .flatMap((name) =>
      map[name] === undefined ? [] : [`${JSON.stringify(name)}:${canonicalJson(map[name])}`],
    );
  return `{${members.join(',')}}`;
}

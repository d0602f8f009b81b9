import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** The sha256 of some content, as 64 hexadecimal digits. */
export type Digest = string & { readonly __brand: 'Digest' };

export const isDigest = (text: string): text is Digest => /^[0-9a-f]{64}$/.test(text);

export const digestOf = (content: string | Uint8Array): Digest =>
  createHash('sha256').update(content).digest('hex') as Digest;

/** The sha256 and the size, in bytes, of a file. */
export async function digestFile(path: string): Promise<{ sha256: Digest; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
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

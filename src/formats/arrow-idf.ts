import { StageError } from '../error.ts';

/** A schema's metadata are texts: the inverse document frequencies as base64 of little-endian float32. */
export const encodeIdf = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString('base64');

/** The reverse: float32[dimension]. Throws `BAD_VALUE` where they are not as many, or not finite. */
export function decodeIdf(text: string, dimension: number): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  const isWhole = bytes.length === 4 * dimension;
  const idf = isWhole ? new Float32Array(bytes.buffer) : undefined;
  if (idf?.every(Number.isFinite)) return idf;
  throw new StageError(
    'BAD_VALUE',
    `idf holds ${isWhole ? 'a number that is not finite' : `${bytes.length} bytes`}`,
    {
      where: { field: 'idf' },
      hint: `expected base64 of ${dimension} float32, little-endian; or leave it out`,
    },
  );
}

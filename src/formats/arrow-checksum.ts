import { crc32 } from 'node:zlib';
import type { VectorBatch } from './vector-batch.ts';

/** The message metadata that each batch gets, with its `checksum`; other tools pass it over. */
export const CHECKSUM = 'sluice.crc32';

/** Of all that a batch says, and of where it stands in the stream: Arrow itself notices no flipped bit and no lost batch. */
export function checksum(
  { dimension, encoding, ids, splits, labels, offsets, indices, values, idf }: VectorBatch,
  firstRow: number,
): string {
  let crc = crc32([dimension, encoding, firstRow, ...splits, ...ids].join('\n'));
  for (const array of [labels, offsets, indices, values, idf]) {
    // Node's crc32 of no bytes may be 0, whatever it continues from.
    if (array !== undefined && array.length > 0)
      crc = crc32(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), crc);
  }
  return crc.toString(16).padStart(8, '0');
}

import { crc32c } from './crc32c.ts';

/**
 * A record as it stands in a TFRecord file, which is nothing but records: length (8 bytes), masked CRC-32C of the length
 * (4), data, masked CRC-32C of the data (4), all little-endian (https://www.tensorflow.org/tutorials/load_data/tfrecord).
 */
export function encodeRecord(data: Uint8Array): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(data.length));
  return Buffer.concat([length, maskedChecksum(length), data, maskedChecksum(data)]);
}

/** Rotated and shifted, so that the checksum of data that holds checksums is still a good one. */
function maskedChecksum(bytes: Uint8Array): Buffer {
  const crc = crc32c(bytes);
  const masked = Buffer.alloc(4);
  masked.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  return masked;
}

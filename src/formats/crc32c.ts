/**
 * The CRC-32C (Castagnoli; RFC 3720, appendix B.4) of some bytes, as an unsigned number of 32 bits. Node's own `crc32` has
 * another polynomial. It goes bit by bit, which is fast enough for the hundred bytes of an event.
 */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 1 ? POLYNOMIAL : 0);
  }
  return ~crc >>> 0;
}

/** 0x1edc6f41, its lowest bit first. */
const POLYNOMIAL = 0x82f63b78;

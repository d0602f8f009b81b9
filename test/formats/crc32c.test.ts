import { expect, test } from 'vitest';
import { crc32c } from '../../src/formats/crc32c.ts';

const ascending = Uint8Array.from({ length: 32 }, (_, byte) => byte);

test.each([
  ['nothing', Buffer.alloc(0), 0],
  ['123456789', Buffer.from('123456789'), 0xe3069283],
  // RFC 3720, appendix B.4
  ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
  ['32 times 255', Buffer.alloc(32, 255), 0x62a8ab43],
  ['0 to 31', ascending, 0x46dd794e],
  ['31 to 0', ascending.toReversed(), 0x113fdb5c],
])('the CRC-32C of %s is as published', (_, bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
});

/** An .npy file of int64 labels. */
export function writeLabels(labels: readonly number[]): Buffer {
  const items = Buffer.alloc(8 * labels.length);
  labels.forEach((label, i) => items.writeBigInt64LE(BigInt(label), 8 * i));
  return Buffer.concat([header('<i8', labels.length), items]);
}

/** An .npy file of an object array of lists of 32-bit integers, pickled in protocol 3 as in the official `imdb.npz`. */
export function writeRows(rows: readonly (readonly number[])[]): Buffer {
  const parts = [
    Buffer.from(
      '\x80\x03cnumpy.core.multiarray\n_reconstruct\nq\x00cnumpy\nndarray\nq\x01K\x00\x85q\x02C\x01bq\x03',
      'latin1',
    ),
    Buffer.from('\x87q\x04Rq\x05(K\x01', 'latin1'),
    number(rows.length),
    Buffer.from(
      '\x85q\x06cnumpy\ndtype\nq\x07X\x02\0\0\0O8q\x08\x89\x88\x87q\x09Rq\x0a(K\x03X\x01\0\0\0|q\x0bNNN',
      'latin1',
    ),
    Buffer.from('J\xff\xff\xff\xffJ\xff\xff\xff\xffK?tq\x0cb\x89]q\x0d', 'latin1'),
  ];
  const rest = rows.map((row, i) =>
    Buffer.concat([Buffer.from(']'), put(14 + i), appended(row.map(number))]),
  );
  return Buffer.concat([
    header('|O', rows.length),
    ...parts,
    appended(rest),
    Buffer.from('t'),
    put(14 + rows.length),
    Buffer.from('b.'),
  ]);
}

/** Items appended to the list before them, a thousand at a time, as Python does it. */
function appended(items: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [];
  for (let i = 0; i < items.length; i += 1_000) {
    const some = items.slice(i, i + 1_000);
    parts.push(
      ...(some.length === 1 ? [some[0]!, Buffer.from('a')] : [Buffer.from('('), ...some, Buffer.from('e')]),
    );
  }
  return Buffer.concat(parts);
}

function number(value: number): Buffer {
  if (value >>> 8 === 0) return Buffer.from([0x4b, value]);
  if (value >>> 16 === 0) return Buffer.from([0x4d, value & 0xff, value >> 8]);
  const bytes = Buffer.from('J....');
  bytes.writeInt32LE(value, 1);
  return bytes;
}

/** Python keeps every list, so that it could refer to it again. */
function put(index: number): Buffer {
  if (index < 256) return Buffer.from([0x71, index]);
  const bytes = Buffer.from('r....');
  bytes.writeUInt32LE(index, 1);
  return bytes;
}

/** Version 1.0 of the format: padded with spaces to a multiple of 64 bytes. */
function header(descr: string, length: number): Buffer {
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${length},), }`;
  const padded = `${dict.padEnd(Math.ceil((dict.length + 11) / 64) * 64 - 11)}\n`;
  const start = Buffer.from('\x93NUMPY\x01\x00..', 'latin1');
  start.writeUInt16LE(padded.length, 8);
  return Buffer.concat([start, Buffer.from(padded, 'latin1')]);
}

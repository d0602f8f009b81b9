import { crc32c } from '../../src/formats/crc32c.ts';
import type { ScalarEvent } from '../../src/formats/event.ts';

/** The data of the records of a TFRecord file. Throws where one is cut short, or has not the checksum that it tells. */
export function readRecords(file: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < file.length;) {
    const length = checked(file, at, 8);
    const data = checked(file, at + 12, Number(length.readBigUInt64LE()));
    records.push(data);
    at += 16 + data.length;
  }
  return records;
}

function checked(file: Buffer, at: number, length: number): Buffer {
  const bytes = file.subarray(at, at + length);
  // As TensorFlow's crc32c.h unmasks it.
  const rotated = (file.readUInt32LE(at + length) - 0xa282ead8) >>> 0;
  if (crc32c(bytes) !== ((rotated >>> 17) | (rotated << 15)) >>> 0)
    throw new Error(`a wrong checksum at ${at}`);
  return bytes;
}

/** The scalars in an event file, one as ours or as Keras's; its first event must tell the version, and any other must have some. */
export function readEvents(file: Buffer): ScalarEvent[] {
  const [first, ...events] = readRecords(file).map(readMessage);
  if (first?.get(3)?.toString() !== 'brain.Event:2') throw new Error('no file version');
  return events.map((event) => ({
    wallTime: (event.get(1) as Buffer[])[0]!.readDoubleLE(),
    step: Number(event.get(2)?.[0] ?? 0),
    scalars: Object.fromEntries(
      readMessage(event.get(5)![0] as Buffer)
        .get(1)!
        .map((value) => readScalar(value as Buffer)),
    ),
  }));
}

/** Its tag and its value, which is a field of its own or the content of a tensor. */
function readScalar(bytes: Buffer): [string, number] {
  const value = readMessage(bytes);
  const [simple] = value.get(2) ?? readMessage(value.get(8)![0] as Buffer).get(4)!;
  return [String(value.get(1)), (simple as Buffer).readFloatLE()];
}

/** The values of a protobuf message's fields, by their numbers. */
function readMessage(bytes: Buffer): Map<number, (bigint | Buffer)[]> {
  const fields = new Map<number, (bigint | Buffer)[]>();
  let at = 0;
  const take = (length: number): Buffer => bytes.subarray(at, (at += length));
  const varint = (): bigint => {
    const byte = BigInt(take(1)[0]!);
    return byte < 128n ? byte : byte - 128n + 128n * varint();
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const type = key % 8;
    const value = type === 0 ? varint() : take(type === 1 ? 8 : type === 5 ? 4 : Number(varint()));
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), value]);
  }
  return fields;
}

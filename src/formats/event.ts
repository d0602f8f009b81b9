/** Scalars at a step, by their tags, as TensorBoard draws them. */
export interface ScalarEvent {
  /** In seconds since 1970. */
  readonly wallTime: number;
  /** Not negative. */
  readonly step: number;
  readonly scalars: Readonly<Record<string, number>>;
}

/** An event of scalars, which become float32, as a protobuf message: `Event` of TensorFlow's event.proto and summary.proto. */
export function encodeEvent({ wallTime, step, scalars }: ScalarEvent): Buffer {
  const values = Object.entries(scalars).map(([tag, value]) =>
    bytes(VALUE.itself, Buffer.concat([bytes(VALUE.tag, Buffer.from(tag)), float(VALUE.simpleValue, value)])),
  );
  return Buffer.concat([
    double(EVENT.wallTime, wallTime),
    integer(EVENT.step, step),
    bytes(EVENT.summary, Buffer.concat(values)),
  ]);
}

/** The numbers of the fields. */
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5 };
const VALUE = { itself: 1, tag: 1, simpleValue: 2 };

/** The event that every event file begins with. */
export const encodeFileVersion = (): Buffer => bytes(EVENT.fileVersion, Buffer.from('brain.Event:2'));

/** A field's number and how its value is written, in a byte. */
const key = (field: number, wireType: number): Buffer => Buffer.of((field << 3) | wireType);

/** Protobuf leaves out what is 0. */
const integer = (field: number, value: number): Buffer =>
  value === 0 ? Buffer.alloc(0) : Buffer.concat([key(field, 0), varint(value)]);

function double(field: number, value: number): Buffer {
  const encoded = Buffer.alloc(8);
  encoded.writeDoubleLE(value);
  return Buffer.concat([key(field, 1), encoded]);
}

/** Text, or another message. */
const bytes = (field: number, value: Uint8Array): Buffer =>
  Buffer.concat([key(field, 2), varint(value.length), value]);

function float(field: number, value: number): Buffer {
  const encoded = Buffer.alloc(4);
  encoded.writeFloatLE(value);
  return Buffer.concat([key(field, 5), encoded]);
}

/** Seven bits a byte, the lowest first; the eighth says that more come. */
function varint(value: number): Buffer {
  const digits: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) digits.push((value % 128) + 128);
  return Buffer.from([...digits, value]);
}

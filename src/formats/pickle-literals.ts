import { OP } from './pickle-opcodes.ts';
import { Bytes, OddNumber, type Value } from './pickle-values.ts';

const NEWLINE = 0x0a;

/** How many bytes follow the fixed part of the opcode at `at`; NaN where a line's end is not there yet. */
export function lengthAfter(opcode: number, bytes: Buffer, at: number): number {
  switch (opcode) {
    case OP.LONG1:
    case OP.SHORT_BINBYTES:
    case OP.SHORT_BINSTRING:
    case OP.SHORT_BINUNICODE:
      return bytes[at + 1]!;
    case OP.BINBYTES:
    case OP.BINUNICODE:
      return bytes.readUInt32LE(at + 1);
    case OP.BINSTRING:
      return bytes.readInt32LE(at + 1);
    case OP.BINBYTES8:
    case OP.BINUNICODE8:
    case OP.BYTEARRAY8:
      return Number(bytes.readBigUInt64LE(at + 1));
    case OP.INT:
      return lineAfter(bytes, at + 1);
    case OP.GLOBAL: {
      const module = lineAfter(bytes, at + 1);
      return module + lineAfter(bytes, at + 1 + module);
    }
    default:
      return 0;
  }
}

const lineAfter = (bytes: Buffer, from: number): number => {
  const end = bytes.indexOf(NEWLINE, from);
  return end === -1 ? NaN : end + 1 - from;
};

/** The value that an opcode pushes, if it is one that does nothing else. `rest` follows its fixed part; `byte` is its place. */
export function readLiteral(
  opcode: number,
  { fixed, rest, byte }: { fixed: Buffer; rest: Buffer; byte: number },
): Value | undefined {
  switch (opcode) {
    case OP.BININT:
      return asNumber(fixed.readInt32LE(1), byte);
    case OP.LONG1:
      return asNumber(littleEndian(rest), byte);
    case OP.INT:
      return readInt(rest.toString('latin1').trimEnd(), byte);
    case OP.BINFLOAT:
      return new OddNumber(fixed.readDoubleBE(1), byte);
    case OP.NONE:
      return null;
    case OP.NEWTRUE:
      return true;
    case OP.NEWFALSE:
      return false;
    case OP.SHORT_BINUNICODE:
    case OP.BINUNICODE:
    case OP.BINUNICODE8:
      return rest.toString('utf8');
    case OP.SHORT_BINBYTES:
    case OP.SHORT_BINSTRING:
    case OP.BINBYTES:
    case OP.BINSTRING:
    case OP.BINBYTES8:
    case OP.BYTEARRAY8:
      return new Bytes(Buffer.from(rest));
    default:
      return undefined;
  }
}

function asNumber(value: number | bigint, byte: number): number | OddNumber {
  return value >= 0 && value <= 0xffffffff ? Number(value) : new OddNumber(value, byte);
}

/** Python 2 writes whole numbers of 2³¹ and more as text: `I2147483648`; and so its truth values, as `I01` and `I00`. */
function readInt(digits: string, byte: number): Value | undefined {
  if (digits === '01' || digits === '00') return digits === '01';
  return /^-?\d{1,20}$/.test(digits) ? asNumber(BigInt(digits), byte) : undefined;
}

/** A two's complement number. */
function littleEndian(bytes: Buffer): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  return BigInt.asIntN(bytes.length * 8, value);
}

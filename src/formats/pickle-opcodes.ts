/** The opcodes that the reader knows, by their names in Python's `pickletools`. */
export const OP = {
  MARK: 0x28,
  EMPTY_TUPLE: 0x29,
  STOP: 0x2e,
  BINBYTES: 0x42,
  SHORT_BINBYTES: 0x43,
  BINFLOAT: 0x47,
  INT: 0x49,
  BININT: 0x4a,
  BININT1: 0x4b,
  BININT2: 0x4d,
  NONE: 0x4e,
  REDUCE: 0x52,
  BINSTRING: 0x54,
  SHORT_BINSTRING: 0x55,
  BINUNICODE: 0x58,
  EMPTY_LIST: 0x5d,
  APPEND: 0x61,
  BUILD: 0x62,
  GLOBAL: 0x63,
  APPENDS: 0x65,
  BINGET: 0x68,
  LONG_BINGET: 0x6a,
  LIST: 0x6c,
  BINPUT: 0x71,
  LONG_BINPUT: 0x72,
  TUPLE: 0x74,
  PROTO: 0x80,
  TUPLE1: 0x85,
  TUPLE2: 0x86,
  TUPLE3: 0x87,
  NEWTRUE: 0x88,
  NEWFALSE: 0x89,
  LONG1: 0x8a,
  SHORT_BINUNICODE: 0x8c,
  BINUNICODE8: 0x8d,
  BINBYTES8: 0x8e,
  STACK_GLOBAL: 0x93,
  MEMOIZE: 0x94,
  FRAME: 0x95,
  BYTEARRAY8: 0x96,
} as const;

/** Names of opcodes that no array of whole numbers needs, for people who meet one. A LONG4 of megabytes would take hours to read. */
const REFUSED: Record<number, string> = {
  0x30: 'POP',
  0x31: 'POP_MARK',
  0x32: 'DUP',
  0x46: 'FLOAT',
  0x4c: 'LONG',
  0x50: 'PERSID',
  0x51: 'BINPERSID',
  0x53: 'STRING',
  0x56: 'UNICODE',
  0x64: 'DICT',
  0x67: 'GET',
  0x69: 'INST',
  0x6f: 'OBJ',
  0x70: 'PUT',
  0x73: 'SETITEM',
  0x75: 'SETITEMS',
  0x7d: 'EMPTY_DICT',
  0x81: 'NEWOBJ',
  0x82: 'EXT1',
  0x83: 'EXT2',
  0x84: 'EXT4',
  0x8b: 'LONG4',
  0x8f: 'EMPTY_SET',
  0x90: 'ADDITEMS',
  0x91: 'FROZENSET',
  0x92: 'NEWOBJ_EX',
  0x97: 'NEXT_BUFFER',
  0x98: 'READONLY_BUFFER',
};

/** An opcode as a person can look it up. */
export const nameOfOpcode = (opcode: number): string =>
  `${REFUSED[opcode] ?? 'unknown'} (0x${opcode.toString(16).padStart(2, '0')})`;

/** Bytes of each opcode with what always follows it, among which the length of what may follow that. */
export const FIXED_LENGTH = new Uint8Array(256).fill(1);
for (const [length, opcodes] of [
  [2, [OP.BININT1, OP.BINPUT, OP.BINGET, OP.PROTO, OP.LONG1]],
  [2, [OP.SHORT_BINBYTES, OP.SHORT_BINSTRING, OP.SHORT_BINUNICODE]],
  [3, [OP.BININT2]],
  [5, [OP.BININT, OP.LONG_BINPUT, OP.LONG_BINGET, OP.BINBYTES, OP.BINSTRING, OP.BINUNICODE]],
  [9, [OP.BINFLOAT, OP.FRAME, OP.BINUNICODE8, OP.BINBYTES8, OP.BYTEARRAY8]],
] as const) {
  for (const opcode of opcodes) FIXED_LENGTH[opcode] = length;
}

/** Values that lie in the rows' store: `length` of them from `start`. */
export interface Stored {
  readonly start: number;
  readonly length: number;
}

/** A number that can't be a word number (negative, 2³² or more, not whole), and the byte that it was read at. */
export class OddNumber {
  readonly value: number | bigint;
  readonly byte: number;
  constructor(value: number | bigint, byte: number) {
    this.value = value;
    this.byte = byte;
  }
}

/** Bytes, or a string of Python 2. Long ones are let go of once their numbers are `stored` as the type `descr`. */
export class Bytes {
  data: Buffer | undefined;
  stored: (Stored & { readonly descr: string }) | undefined;
  constructor(data: Buffer) {
    this.data = data;
  }
}

/** A tuple. Its items are let go of once it was `stored` as a row. */
export class Tuple {
  items: readonly Value[];
  stored: Stored | undefined;
  constructor(items: readonly Value[]) {
    this.items = items;
  }
}

/** A list: of numbers, which lie in the rows' store, or of the rows themselves. */
export class List {
  holds: 'nothing' | 'numbers' | 'rows' = 'nothing';
  start = 0;
  length = 0;
  /** Whether it became a row, so that it must not grow. */
  closed = false;
}

/** A function or class that a pickle asks for, as `module.name`. */
export class Global {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** NumPy's type of an array's items: `i8`, and its byte order once that is known. */
export class Dtype {
  readonly name: string;
  order = '=';
  constructor(name: string) {
    this.name = name;
  }
}

/** A NumPy array: of objects, whose items are a list, or of numbers, which lie in the rows' store. */
export class NumpyArray {
  content: List | Stored | undefined;
}

export type Value =
  number | string | boolean | null | OddNumber | Bytes | Tuple | List | Global | Dtype | NumpyArray;

/** A value as a person would write it. */
export function describe(value: Value | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60));
  if (value instanceof OddNumber)
    return Number.isInteger(value.value) ? `${value.value}.0` : String(value.value);
  if (value instanceof Bytes) return JSON.stringify(value.data?.toString('latin1', 0, 60) ?? 'bytes');
  if (value instanceof Global) return value.name;
  if (value instanceof NumpyArray) return 'an array';
  if (value instanceof Dtype) return `the type ${value.name}`;
  return value instanceof List ? 'a list' : 'a tuple';
}

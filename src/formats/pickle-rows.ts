import type { ErrorCode } from '../error.ts';
import {
  Bytes,
  List,
  NumpyArray,
  OddNumber,
  Tuple,
  describe,
  type Stored,
  type Value,
} from './pickle-values.ts';
import type { Ragged } from './ragged.ts';
import { integersOf } from './numpy-integers.ts';

/** Bytes that Python may use in two places, since it keeps short ones. */
const SHORT = 64;

/** More words than all reviews can sensibly have; they take 1 GiB, and one row of all a line of 3. */
const MOST_WORDS = 2 ** 28;

/** Throws an error; `item` is what was wrong, and `row` the row that it was in, if that is known. */
export type Fail = (code: ErrorCode, message: string, about?: { item?: Value; row?: number }) => never;

/** Puts the numbers of a pickle's lists, tuples and arrays into a `Ragged`, and makes rows of them. */
export class RowStore {
  readonly rows: Ragged;
  readonly #fail: Fail;
  /** The list whose items are the rows: the first that gets an item that isn't a number. */
  #outer: List | undefined;

  constructor(rows: Ragged, fail: Fail) {
    this.rows = rows;
    this.#fail = fail;
  }

  /** Appends `stack[from…]` to `list`. */
  append(list: List, stack: readonly Value[], from: number): void {
    if (from === stack.length) return;
    if (typeof stack[from] === 'number' || !isRow(stack[from]!)) this.#appendNumbers(list, stack, from);
    else for (let i = from; i < stack.length; i++) this.#appendRow(list, stack[i]!);
  }

  /** Stores an array's numbers, of the type that NumPy calls `descr`. */
  store(bytes: Bytes, descr: string, length: number): Stored {
    if (bytes.stored?.descr === descr && bytes.stored.length === length) return bytes.stored;
    // NumPy takes an array of nothing for one of floats.
    const type = integersOf(descr, { floats: length === 0 });
    if (type === undefined)
      return this.#fail('BAD_VALUE', `an array of "${descr}", where word numbers should be`);
    if (bytes.data?.length !== length * type.size) {
      return this.#fail(
        'CORRUPT',
        `an array of ${length} items of ${type.size} bytes in ${bytes.data?.length ?? 'other'} bytes`,
      );
    }
    const start = this.rows.end;
    const values = this.#reserve(length);
    for (let i = 0; i < length; i++) {
      const value = type.read(bytes.data, i * type.size);
      if (value >>> 0 !== value) this.#refuse(new OddNumber(value, -1));
      values[start + i] = value;
    }
    this.rows.grow(length);
    bytes.stored = { start, length, descr };
    if (bytes.data.length > SHORT) bytes.data = undefined;
    return bytes.stored;
  }

  #appendNumbers(list: List, stack: readonly Value[], from: number): void {
    if (list.holds === 'rows') this.#refuse(stack[from]!, this.rows.rows);
    if (list.closed || (list.length > 0 && list.start + list.length !== this.rows.end)) {
      this.#fail('UNSUPPORTED', 'a list that goes on after another one has begun');
    }
    const length = stack.length - from;
    const start = this.rows.end;
    const values = this.#reserve(length);
    for (let i = 0; i < length; i++) {
      const item = stack[from + i]!;
      if (typeof item !== 'number') this.#refuse(item);
      else values[start + i] = item;
    }
    this.rows.grow(length);
    if (list.length === 0) list.start = start;
    list.length += length;
    list.holds = 'numbers';
  }

  #appendRow(list: List, item: Value): void {
    this.#outer ??= list;
    if (list !== this.#outer || list.holds === 'numbers') this.#refuse(item);
    const row = this.#rowOf(item);
    this.rows.addRow(row.start, row.length);
    list.holds = 'rows';
    list.length++;
  }

  #rowOf(item: Value): Stored {
    if (item instanceof Tuple) return (item.stored ??= this.#storeTuple(item));
    const content = item instanceof NumpyArray ? item.content : item;
    if (content instanceof List && content.holds !== 'rows' && content !== this.#outer) {
      content.closed = true;
      return content;
    }
    if (typeof content !== 'object' || content === null || !('start' in content) || content instanceof List) {
      return this.#refuse(item, this.rows.rows);
    }
    return content;
  }

  #storeTuple(tuple: Tuple): Stored {
    const list = new List();
    const wrong = tuple.items.find((item) => typeof item !== 'number');
    if (wrong !== undefined) this.#refuse(wrong, this.rows.rows);
    this.append(list, tuple.items, 0);
    tuple.items = [];
    return list;
  }

  #reserve(length: number): Uint32Array {
    if (this.rows.end + length > MOST_WORDS) this.#fail('UNSUPPORTED', `more than ${MOST_WORDS} words`);
    return this.rows.reserve(length);
  }

  #refuse(item: Value, row?: number): never {
    const about = { item, ...(row === undefined ? {} : { row }) };
    if (item instanceof OddNumber && isOutOfRange(item.value)) {
      return this.#fail('OUT_OF_RANGE', `${item.value} can't be a word number`, about);
    }
    return this.#fail(
      'BAD_VALUE',
      `${describe(item)}, where ${row === undefined ? 'a word number' : 'a row'} should be`,
      about,
    );
  }
}

/** Whether it is a whole number, unlike 0.5 and the 2.0 that was no whole number where it came from. */
const isOutOfRange = (value: number | bigint): boolean =>
  typeof value === 'bigint' || (Number.isInteger(value) && value >>> 0 !== value);

export const isRow = (value: Value): boolean =>
  value instanceof List || value instanceof Tuple || value instanceof NumpyArray;

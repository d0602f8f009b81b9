import { StageError, type ErrorCode } from '../error.ts';
import { lengthAfter, readLiteral } from './pickle-literals.ts';
import { build, call, isAllowed, textOf } from './pickle-numpy.ts';
import { FIXED_LENGTH, OP, nameOfOpcode } from './pickle-opcodes.ts';
import { RowStore, isRow, type Fail } from './pickle-rows.ts';
import { Bytes, Global, List, OddNumber, Tuple, describe, type Value } from './pickle-values.ts';
import { Ragged } from './ragged.ts';

// More than a pickle can sensibly have of each; they stop one that would fill the memory.
const MOST_BYTES = 2 ** 24;
const MOST_VALUES = 2 ** 22;
const MOST_KEPT = 2 ** 23;

/** What to do about an error. */
const HINTS: { readonly [code in ErrorCode]?: string } = {
  CORRUPT: 'get the file again, or make it again with numpy.savez',
  FORBIDDEN_GLOBAL: 'it was not called; reviews must be lists, tuples or NumPy arrays of plain whole numbers',
};

/** Runs a pickle's opcodes as its bytes come. It knows only those that NumPy's arrays of lists of numbers need. */
export class PickleMachine {
  readonly rows = new Ragged();
  /** What the pickle is, once its end was reached. */
  result: Value | undefined;
  /** How many bytes the next opcode needs. */
  needed = 2;
  readonly #member: string;
  readonly #stack: Value[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, Value>();
  readonly #numpy: { readonly store: RowStore; readonly fail: Fail };
  /** How many bytes all text and byte strings took. */
  #text = 0;
  #offset: number;
  #byte = 0;

  /** `offset`: where the pickle begins in `member`, for errors. */
  constructor(member: string, offset: number) {
    this.#member = member;
    this.#offset = offset;
    this.#numpy = { store: new RowStore(this.rows, this.fail), fail: this.fail };
  }

  /** Runs all whole opcodes in `bytes`, to the pickle's end at most; returns how many bytes they took. */
  run(bytes: Buffer): number {
    const stack = this.#stack;
    let at = 0;
    this.needed = 1;
    while (at < bytes.length && this.result === undefined) {
      const opcode = bytes[at]!;
      const next = at + FIXED_LENGTH[opcode]!;
      if (next > bytes.length) {
        this.needed = next - at;
        break;
      }
      // Nearly all opcodes of reviews are these two.
      if (opcode === OP.BININT2) {
        stack.push(bytes[at + 1]! | (bytes[at + 2]! << 8));
        at = next;
        continue;
      }
      if (opcode === OP.BININT1) {
        stack.push(bytes[at + 1]!);
        at = next;
        continue;
      }
      this.#byte = this.#offset + at;
      const end = next + this.#lengthAfter(opcode, bytes, at);
      if (end > bytes.length) {
        this.needed = end - at;
        break;
      }
      this.#step(opcode, bytes.subarray(at, next), bytes.subarray(next, end));
      at = end;
    }
    if (stack.length + this.#marks.length > MOST_VALUES)
      this.fail('UNSUPPORTED', `more than ${MOST_VALUES} values at once`);
    // The numbers of an array take 8 bytes or less each, and as text at most twice that.
    if (this.#text > MOST_BYTES + 16 * this.rows.end) this.fail('UNSUPPORTED', `${this.#text} bytes of text`);
    if (this.#memo.size > MOST_KEPT) this.fail('UNSUPPORTED', `more than ${MOST_KEPT} values kept`);
    this.#offset += at;
    return at;
  }

  /** Throws a `StageError` that says member, row and byte. */
  readonly fail: Fail = (code, message, { item, row = this.#row() } = {}) => {
    const byte = item instanceof OddNumber && item.byte >= 0 ? item.byte : this.#byte;
    throw new StageError(code, message, {
      where: { member: this.#member, ...(row === undefined ? {} : { record: row }), byte },
      hint:
        HINTS[code] ?? 'reviews must be lists, tuples or NumPy arrays of whole numbers from 0 to 4294967295',
    });
  };

  #lengthAfter(opcode: number, bytes: Buffer, at: number): number {
    const length = lengthAfter(opcode, bytes, at);
    if (length >= 0 && length <= MOST_BYTES) return length;
    // A line whose end hasn't come: names and numbers are short.
    if (Number.isNaN(length) && bytes.length - at < 1_024) return bytes.length - at + 1;
    return this.fail(
      'CORRUPT',
      `opcode ${opcode} is followed by ${Number.isNaN(length) ? 'an endless line' : `${length} bytes`}`,
    );
  }

  #step(opcode: number, fixed: Buffer, rest: Buffer): void {
    const stack = this.#stack;
    const literal = readLiteral(opcode, { fixed, rest, byte: this.#byte });
    if (literal !== undefined) {
      if (typeof literal === 'string' || literal instanceof Bytes) this.#text += rest.length;
      stack.push(literal);
      return;
    }
    switch (opcode) {
      case OP.FRAME:
        return;
      case OP.PROTO:
        if (fixed[1]! >= 2 && fixed[1]! <= 5) return;
        return this.fail('UNSUPPORTED', `pickle protocol ${fixed[1]}; 2 to 5 are known`);
      case OP.MARK:
        this.#marks.push(stack.length);
        return;
      case OP.EMPTY_LIST:
        stack.push(new List());
        return;
      case OP.LIST:
        stack.splice(this.#marks.at(-1) ?? 0, 0, new List());
        return this.#append(this.#popMark() + 1);
      case OP.APPEND:
        return this.#append(stack.length - 1);
      case OP.APPENDS:
        return this.#append(this.#popMark());
      case OP.EMPTY_TUPLE:
        stack.push(new Tuple([]));
        return;
      case OP.TUPLE:
        stack.push(new Tuple(stack.splice(this.#popMark())));
        return;
      case OP.TUPLE1:
      case OP.TUPLE2:
      case OP.TUPLE3:
        stack.push(new Tuple(this.#popMany(opcode - OP.TUPLE1 + 1)));
        return;
      case OP.BINPUT:
      case OP.LONG_BINPUT:
        this.#memo.set(indexIn(fixed), this.#top());
        return;
      case OP.MEMOIZE:
        this.#memo.set(this.#memo.size, this.#top());
        return;
      case OP.BINGET:
      case OP.LONG_BINGET:
        stack.push(
          this.#memo.get(indexIn(fixed)) ?? this.fail('CORRUPT', `nothing is kept as ${indexIn(fixed)}`),
        );
        return;
      case OP.GLOBAL:
        return this.#pushGlobal(rest.toString('utf8').trimEnd().replace('\n', '.'));
      case OP.STACK_GLOBAL: {
        const [module, name] = this.#popMany(2).map(textOf);
        return this.#pushGlobal(`${module}.${name}`);
      }
      case OP.REDUCE: {
        const [callee, args] = this.#popMany(2) as [Value, Value];
        if (!(args instanceof Tuple))
          return this.fail('CORRUPT', `${describe(callee)} is called with ${describe(args)}`);
        stack.push(call(callee, args.items, this.#numpy));
        return;
      }
      case OP.BUILD: {
        const [state] = this.#popMany(1) as [Value];
        return build(this.#top(), state, this.#numpy);
      }
      case OP.STOP:
        this.result = this.#top();
        if (stack.length > 1) this.fail('CORRUPT', `${stack.length - 1} values are left over`);
        return;
      default:
        return this.fail(
          'UNSUPPORTED',
          `opcode ${nameOfOpcode(opcode)}, which no array of lists of numbers needs`,
        );
    }
  }

  #pushGlobal(name: string): void {
    if (!isAllowed(name)) this.fail('FORBIDDEN_GLOBAL', `the pickle asks for ${name}`);
    this.#stack.push(new Global(name));
  }

  /** Appends what lies from `from` on to the list below it. */
  #append(from: number): void {
    const list = this.#stack[from - 1];
    if (!(list instanceof List)) return this.fail('CORRUPT', `${describe(list)}, where a list should be`);
    this.#numpy.store.append(list, this.#stack, from);
    this.#stack.length = from;
  }

  #popMark(): number {
    const mark = this.#marks.pop();
    if (mark === undefined || mark > this.#stack.length)
      return this.fail('CORRUPT', 'a list or tuple without its start');
    return mark;
  }

  #popMany(count: number): Value[] {
    if (this.#stack.length < count) this.fail('CORRUPT', 'a value is missing');
    return this.#stack.splice(-count);
  }

  #top(): Value {
    return this.#stack.at(-1) ?? this.fail('CORRUPT', 'a value is missing');
  }

  /** The row that is being read, if the reader is among the rows: for errors. */
  #row(): number | undefined {
    const outer = this.#stack.findIndex((value) => value instanceof List);
    if (outer === -1) return undefined;
    const above = this.#stack.slice(outer + 1);
    const begun = above.filter(isRow).length;
    // A row has ended where nothing lies on it, and no mark either: then it is about the next.
    const isWithin = !isRow(above.at(-1) ?? null) || this.#marks.at(-1) === this.#stack.length;
    return this.rows.rows + Math.max(0, begun - Number(isWithin));
  }
}

const indexIn = (fixed: Buffer): number => (fixed.length === 2 ? fixed[1]! : fixed.readUInt32LE(1));

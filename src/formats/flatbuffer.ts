/** What a FlatBuffer that breaks its own bounds is answered with; a `DataView` throws the same. */
const outOfBounds = (what: string): RangeError => new RangeError(`${what} lies outside the metadata`);

/**
 * A table of a FlatBuffer, read in place (https://flatbuffers.dev/internals). A field that isn't there has its
 * default: 0, no string, no table, no items. Every read is checked: bytes that make no sense throw a `RangeError`.
 */
export class Table {
  readonly #view: DataView;
  readonly #position: number;

  private constructor(view: DataView, position: number) {
    this.#view = view;
    this.#position = position;
  }

  static root(bytes: Uint8Array): Table {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new Table(view, view.getUint32(0, true));
  }

  uint8(slot: number): number {
    const at = this.#find(slot);
    return at === undefined ? 0 : this.#view.getUint8(at);
  }

  int16(slot: number): number {
    const at = this.#find(slot);
    return at === undefined ? 0 : this.#view.getInt16(at, true);
  }

  int32(slot: number): number {
    const at = this.#find(slot);
    return at === undefined ? 0 : this.#view.getInt32(at, true);
  }

  /** A 64-bit count; a negative one, or one past 2⁵³, is a `RangeError`. */
  count(slot: number): number {
    const at = this.#find(slot);
    return at === undefined ? 0 : this.#count(at);
  }

  string(slot: number): string | undefined {
    const at = this.#find(slot);
    if (at === undefined) return undefined;
    const { begin, length } = this.#vector(at, 1);
    return Buffer.from(this.#view.buffer, this.#view.byteOffset + begin, length).toString();
  }

  table(slot: number): Table | undefined {
    const at = this.#find(slot);
    return at === undefined ? undefined : this.#tableAt(at);
  }

  tables(slot: number): Table[] {
    const at = this.#find(slot);
    if (at === undefined) return [];
    const { begin, length } = this.#vector(at, 4);
    return Array.from({ length }, (_, item) => this.#tableAt(begin + 4 * item));
  }

  /** A vector of structs of `size` counts each, as the counts in their order. */
  counts(slot: number, size: number): number[] {
    const at = this.#find(slot);
    if (at === undefined) return [];
    const { begin, length } = this.#vector(at, 8 * size);
    return Array.from({ length: length * size }, (_, item) => this.#count(begin + 8 * item));
  }

  /** Where a field lies: the table starts with the distance back to its vtable, which lists the fields' offsets. */
  #find(slot: number): number | undefined {
    const vtable = this.#position - this.#view.getInt32(this.#position, true);
    const entry = 4 + 2 * slot;
    if (entry >= this.#view.getUint16(vtable, true)) return undefined;
    const offset = this.#view.getUint16(vtable + entry, true);
    return offset === 0 ? undefined : this.#position + offset;
  }

  #vector(at: number, itemSize: number): { begin: number; length: number } {
    const position = at + this.#view.getUint32(at, true);
    const length = this.#view.getUint32(position, true);
    const begin = position + 4;
    if (begin + length * itemSize > this.#view.byteLength) throw outOfBounds(`a list of ${length} items`);
    return { begin, length };
  }

  #tableAt(at: number): Table {
    const position = at + this.#view.getUint32(at, true);
    if (position + 4 > this.#view.byteLength) throw outOfBounds('a table');
    return new Table(this.#view, position);
  }

  #count(at: number): number {
    const count = Number(this.#view.getBigInt64(at, true));
    if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`${count} is no count`);
    return count;
  }
}

import { StageError } from '../error.ts';
import { findNull, toColumns, type Column, type Field } from './arrow-columns.ts';
import { unsupported, type Message } from './arrow-messages.ts';
import { toNumbers, toOffsets, toStrings, type Numbers } from './arrow-values.ts';
import type { Split } from './review.ts';
import { allocateIndices, type Encoding, type Indices, type VectorBatch } from './vector-batch.ts';

/** What a stream says of all its rows, and its columns. */
export interface Schema {
  readonly about: Pick<VectorBatch, 'dimension' | 'encoding' | 'length' | 'idf'>;
  readonly fields: readonly Field[];
}

/** The columns that a row needs besides its id, split and label. */
const COLUMNS: Readonly<Record<Encoding, string>> = {
  'multi-hot': 'indices',
  count: 'indices, values',
  'tf-idf': 'indices, values',
  dense: 'values',
  tokens: 'tokens',
};

interface Position {
  /** The text of the dictionaries so far, by their ids. */
  readonly dictionaries: ReadonlyMap<number, readonly string[]>;
  /** The number of rows before the batch. */
  readonly firstRow: number;
}

/**
 * Reads a batch of rows from a record batch. Throws `MISSING_FIELD`, `BAD_VALUE` for nulls, and for a row that has not as many values
 * as columns, `OUT_OF_RANGE` for an index that isn't below the dimension, `UNSUPPORTED` for a column of another type, and
 * `RangeError` where the message is damaged.
 */
export function toBatch(
  { body, header }: Message,
  { about, fields }: Schema,
  { dictionaries, firstRow }: Position,
): VectorBatch {
  const { dimension, encoding } = about;
  const columns = toColumns(header, body, fields);
  const rows = header.count(0);
  const find = (name: string, type: string): Column => {
    const column = columns.find(({ field }) => field.name === name);
    if (column === undefined) {
      throw new StageError('MISSING_FIELD', `the Arrow stream has no column "${name}"`, {
        where: { field: name },
        hint: `expected columns id, split, label, ${COLUMNS[encoding]}; "${name}" is ${type}`,
      });
    }
    if (column.length !== rows) throw new RangeError(`${column.length} values of "${name}" in ${rows} rows`);
    const row = findNull(column);
    if (row === -1) return column;
    throw new StageError('BAD_VALUE', `${name} is null`, {
      where: { line: firstRow + row + 1, field: name },
      hint: `a row needs its id, split, label, ${COLUMNS[encoding]}`,
    });
  };
  const ids = toStrings(find('id', 'utf8'), dictionaries);
  const splits = toStrings(find('split', 'utf8'), dictionaries) as Split[];
  const labels = toFloats(toNumbers(find('label', 'float32')));
  const where = (row: number) => ({ record: ids[row]!, line: firstRow + row + 1 });
  const known = { ...about, ids, splits, labels };
  if (encoding === 'dense') {
    const list = toList(find('values', 'fixed_size_list<float32>'));
    const values = toValues(list, () => dimension, where);
    return { ...known, offsets: rebase(list.offsets), indices: allocateIndices(dimension, 0), values };
  }
  if (encoding === 'tokens') {
    const list = toList(find('tokens', 'fixed_size_list<uint16 or uint32>'));
    checkLengths(list, { name: 'tokens', length: () => about.length!, where });
    return { ...known, ...toRows(list, { dimension, where }) };
  }
  const { offsets, indices } = toRows(toList(find('indices', 'list<uint16 or uint32>')), {
    dimension,
    where,
  });
  if (encoding === 'multi-hot') return { ...known, offsets, indices };
  const list = toList(find('values', 'list<float32>'));
  const values = toValues(list, (row) => offsets[row + 1]! - offsets[row]!, where);
  return { ...known, offsets, indices, values };
}

const toFloats = (numbers: Numbers): Float32Array =>
  numbers instanceof Float32Array ? numbers : Float32Array.from(numbers, Number);

interface List {
  readonly offsets: Int32Array;
  readonly values: Numbers;
}

function toList(column: Column): List {
  const { children, field } = column;
  const [items] = children;
  if (!/^(Large|FixedSize)?List$/.test(field.type) || items === undefined) {
    throw unsupported(`column "${field.name}" has type ${field.type}, not list`);
  }
  const offsets = toOffsets(column);
  if (offsets.at(-1)! > items.length)
    throw new RangeError(`a list up to item ${offsets.at(-1)} of ${items.length}`);
  if (findNull(items) !== -1)
    throw new StageError('BAD_VALUE', `an item of ${field.name} is null`, {
      where: { field: field.name },
      hint: 'its lists hold numbers only',
    });
  return { offsets, values: toNumbers(items) };
}

/** Offsets that start with 0. */
function rebase(offsets: Int32Array): Int32Array {
  const first = offsets[0]!;
  return offsets.map((offset) => offset - first);
}

/** The numbers of all lists, one after another. Each list must have as many as `length` says of its row. */
function toValues(
  { offsets, values }: List,
  length: (row: number) => number,
  where: (row: number) => StageError['where'],
): Float32Array {
  checkLengths({ offsets }, { name: 'values', length, where });
  return toFloats(values).subarray(offsets[0], offsets.at(-1));
}

interface Lengths {
  readonly name: string;
  /** How many a row must have. */
  readonly length: (row: number) => number;
  readonly where: (row: number) => StageError['where'];
}

function checkLengths({ offsets }: Pick<List, 'offsets'>, { name, length, where }: Lengths): void {
  for (let row = 0; row + 1 < offsets.length; row++) {
    const given = offsets[row + 1]! - offsets[row]!;
    if (given === length(row)) continue;
    throw new StageError('BAD_VALUE', `a row has ${given} ${name} for ${length(row)} columns`, {
      where: { ...where(row), field: name },
      hint: 'give a value for each of its indices; of a dense row, for each column of the dimension; as many tokens as the length',
    });
  }
}

/** The lists as compressed rows of our own width: as they are where they have it, else each number checked. */
function toRows(
  { offsets, values }: List,
  { dimension, where }: { dimension: number; where: (row: number) => StageError['where'] },
): { offsets: Int32Array; indices: Indices } {
  const first = offsets[0]!;
  const end = offsets.at(-1)!;
  if (values.constructor === allocateIndices(dimension, 0).constructor) {
    return { offsets: rebase(offsets), indices: (values as Indices).subarray(first, end) };
  }
  const indices = allocateIndices(dimension, end - first);
  for (let row = 0; row + 1 < offsets.length; row++) {
    for (let i = offsets[row]!; i < offsets[row + 1]!; i++) {
      const index = Number(values[i]);
      if (!Number.isInteger(index) || index < 0 || index >= dimension) {
        throw new StageError(
          'OUT_OF_RANGE',
          `index ${index} is no whole number below the dimension, ${dimension}`,
          {
            where: where(row),
          },
        );
      }
      indices[i - first] = index;
    }
  }
  return { offsets: rebase(offsets), indices };
}

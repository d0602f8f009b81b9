import { StageError } from '../error.ts';
import { findNull, toColumns, type Column, type Field } from './arrow-columns.ts';
import { unsupported, type Message } from './arrow-messages.ts';
import { toNumbers, toOffsets, toStrings, type Numbers } from './arrow-values.ts';
import type { Split } from './review.ts';
import { allocateIndices, type Encoding, type Indices, type VectorBatch } from './vector-batch.ts';

/** What a stream says of all its rows. */
export interface Schema {
  readonly dimension: number;
  readonly encoding: Encoding;
  readonly fields: readonly Field[];
}

interface Position {
  /** The text of the dictionaries so far, by their ids. */
  readonly dictionaries: ReadonlyMap<number, readonly string[]>;
  /** The number of rows before the batch. */
  readonly firstRow: number;
}

/**
 * Reads a batch of rows from a record batch. Throws `MISSING_FIELD`, `BAD_VALUE` for nulls, `OUT_OF_RANGE` for an index that
 * isn't below the dimension, `UNSUPPORTED` for a column of another type, and `RangeError` where the message is damaged.
 */
export function toBatch(
  { body, header }: Message,
  schema: Schema,
  { dictionaries, firstRow }: Position,
): VectorBatch {
  const { dimension, encoding, fields } = schema;
  const columns = toColumns(header, body, fields);
  const rows = header.count(0);
  const find = (name: string, type: string): Column => {
    const column = columns.find(({ field }) => field.name === name);
    if (column === undefined) {
      throw new StageError('MISSING_FIELD', `the Arrow stream has no column "${name}"`, {
        where: { field: name },
        hint: `expected columns id, split, label, indices; "${name}" is ${type}`,
      });
    }
    if (column.length !== rows) throw new RangeError(`${column.length} values of "${name}" in ${rows} rows`);
    const row = findNull(column);
    if (row === -1) return column;
    throw new StageError('BAD_VALUE', `${name} is null`, {
      where: { line: firstRow + row + 1, field: name },
      hint: 'a row needs its id, split, label and indices',
    });
  };
  const ids = toStrings(find('id', 'utf8'), dictionaries);
  const splits = toStrings(find('split', 'utf8'), dictionaries) as Split[];
  const labels = toFloats(toNumbers(find('label', 'float32')));
  const list = toList(find('indices', 'list<uint16 or uint32>'));
  const where = (row: number) => ({ record: ids[row]!, line: firstRow + row + 1 });
  return { dimension, encoding, ids, splits, labels, ...toRows(list, { dimension, where }) };
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
  if ((field.type !== 'List' && field.type !== 'LargeList') || items === undefined) {
    throw unsupported(`column "${field.name}" has type ${field.type}, not list`);
  }
  const offsets = toOffsets(column);
  if (offsets.at(-1)! > items.length)
    throw new RangeError(`a list up to item ${offsets.at(-1)} of ${items.length}`);
  if (findNull(items) !== -1)
    throw new StageError('BAD_VALUE', 'an index is null', {
      where: { field: field.name },
      hint: 'leave it out of its list',
    });
  return { offsets, values: toNumbers(items) };
}

/** The lists as compressed rows of our own width: as they are where they have it, else each number checked. */
function toRows(
  { offsets, values }: List,
  { dimension, where }: { dimension: number; where: (row: number) => StageError['where'] },
): { offsets: Int32Array; indices: Indices } {
  const first = offsets[0]!;
  const end = offsets.at(-1)!;
  const rebased = offsets.map((offset) => offset - first);
  if (values.constructor === allocateIndices(dimension, 0).constructor) {
    return { offsets: rebased, indices: (values as Indices).subarray(first, end) };
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
  return { offsets: rebased, indices };
}

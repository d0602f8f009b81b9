import { StageError } from '../error.ts';
import { findNull, toColumns, type Column, type Field } from './arrow-columns.ts';
import { checkLengths, rebase, toFloats, toList, toRows, toValues } from './arrow-lists.ts';
import type { Message } from './arrow-messages.ts';
import { toNumbers, toStrings } from './arrow-values.ts';
import type { Split } from './review.ts';
import { allocateIndices, type Encoding, type VectorBatch } from './vector-batch.ts';

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

import { StageError } from '../error.ts';
import { findNull, type Column } from './arrow-columns.ts';
import { unsupported } from './arrow-messages.ts';
import { toNumbers, toOffsets, type Numbers } from './arrow-values.ts';
import { allocateIndices, type Indices } from './vector-batch.ts';

/** The lists of a column: list `i` has the values from `offsets[i]` on, to before `offsets[i + 1]`. */
export interface List {
  readonly offsets: Int32Array;
  readonly values: Numbers;
}

/** Throws `UNSUPPORTED` for a column of another type, `BAD_VALUE` for a null in a list. */
export function toList(column: Column): List {
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
export function rebase(offsets: Int32Array): Int32Array {
  const first = offsets[0]!;
  return offsets.map((offset) => offset - first);
}

/** The numbers of all lists, one after another. Each list must have as many as `length` says of its row. */
export function toValues(
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

/** Throws `BAD_VALUE`, naming the row, where one hasn't as many as it must. */
export function checkLengths({ offsets }: Pick<List, 'offsets'>, { name, length, where }: Lengths): void {
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
export function toRows(
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

export const toFloats = (numbers: Numbers): Float32Array =>
  numbers instanceof Float32Array ? numbers : Float32Array.from(numbers, Number);

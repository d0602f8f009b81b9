import type { Sums } from './tensorflow-sums.ts';
import { countRows, type Rows } from './rows.ts';

/** How many rows are computed together. */
const BLOCK = 256;

/**
 * Asks for the sums of rows of a stream, as they come, in whole blocks: the row of number n is always the one of number n mod 256 in its block, and
 * rows that have not come yet, or are through, are empty in it. So what TensorFlow rounds depends on the stream, not on when
 * its rows arrive. `sums` is to be asked from the first row on.
 */
export function inBlocks(sums: Sums): Sums {
  let first = 0;
  return async (rows, signal) => {
    const count = countRows(rows);
    const parts: Float32Array[] = [];
    for (let begin = 0; begin < count;) {
      const place = first % BLOCK;
      const end = Math.min(count, begin + BLOCK - place);
      const all = await sums(blockOf(rows, { begin, end, place }), signal);
      const outputs = all.length / BLOCK;
      parts.push(all.subarray(place * outputs, (place + end - begin) * outputs));
      first += end - begin;
      begin = end;
    }
    return Float32Array.from(parts.flatMap((part) => [...part]));
  };
}

/** A block with the rows from `begin` on, to before `end`, which the first of them has this place in. */
function blockOf(rows: Rows, { begin, end, place }: { begin: number; end: number; place: number }): Rows {
  const { dimension, encoding, length = 0, offsets, indices, values } = rows;
  const [from, to] = [offsets[begin]!, offsets[end]!];
  // Rows of a fixed width are never empty.
  const width = encoding === 'dense' ? dimension : length;
  const before = place * width;
  const size = Math.max(to - from, BLOCK * width);
  const moved = new Int32Array(BLOCK + 1);
  for (let row = 0; row <= BLOCK; row++)
    moved[row] =
      width > 0 ? row * width : offsets[Math.min(Math.max(row - place + begin, begin), end)]! - from;
  const widen = <T extends Rows['indices'] | Float32Array>(array: T): T => {
    if (array.length === 0) return array;
    const wide = new (array.constructor as new (length: number) => T)(size);
    wide.set(array.subarray(from, to), before);
    return wide;
  };
  return {
    ...rows,
    labels: new Float32Array(BLOCK),
    offsets: moved,
    indices: widen(indices),
    ...(values && { values: widen(values) }),
  };
}

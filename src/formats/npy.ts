import { StageError } from '../error.ts';
import { ByteReader } from './byte-reader.ts';
import { integersOf } from './numpy-integers.ts';
import { readNpyHeader, type NpyHeader } from './npy-header.ts';
import { readPickledRows } from './pickle.ts';
import type { Ragged } from './ragged.ts';

/**
 * Reads an .npy file of a one-dimensional object array of lists of whole numbers, which NumPy pickles. `member` names the
 * file in errors. Throws `UNSUPPORTED` for another kind of array, and what `readPickledRows` throws.
 */
export async function readRows(bytes: AsyncIterable<Uint8Array>, member: string): Promise<Ragged> {
  const reader = new ByteReader(bytes);
  const header = await readNpyHeader(reader, member);
  if (!/^\|?O\d?$/.test(header.descr)) {
    throw new StageError('UNSUPPORTED', `${member} is an array of "${header.descr}"`, {
      where: { member },
      hint: 'expected an object array ("|O") of lists of word numbers',
    });
  }
  return readPickledRows(reader, { member, length: lengthOf(header, member) });
}

/**
 * Reads an .npy file of labels: a one-dimensional array of integers, booleans or floats, each exactly 0 or 1.
 * Throws `BAD_VALUE` for another value, `UNSUPPORTED` for another type, `TRUNCATED` or `CORRUPT` for another length.
 */
export async function readLabels(bytes: AsyncIterable<Uint8Array>, member: string): Promise<Uint8Array> {
  const reader = new ByteReader(bytes);
  const header = await readNpyHeader(reader, member);
  const length = lengthOf(header, member);
  const type = integersOf(header.descr, { floats: true });
  if (type === undefined) {
    throw new StageError('UNSUPPORTED', `${member} is an array of "${header.descr}"`, {
      where: { member },
      hint: 'labels must be integers, booleans or floats',
    });
  }
  const labels: Uint8Array[] = [];
  for (let read = 0; read < length;) {
    const start = reader.position;
    const bytesOfItems = await reader.read(Math.min(length - read, 8_192) * type.size);
    if (bytesOfItems.length % type.size !== 0 || bytesOfItems.length === 0) {
      throw new StageError('TRUNCATED', `${member} ends in label ${read} of ${length}`, {
        where: { member, record: read, byte: reader.position },
      });
    }
    labels.push(
      Uint8Array.from({ length: bytesOfItems.length / type.size }, (_, i) => {
        const label = type.read(bytesOfItems, i * type.size);
        if (label === 0 || label === 1) return label;
        throw new StageError('BAD_VALUE', `label is ${label}`, {
          where: { member, record: read + i, byte: start + i * type.size },
          hint: 'labels must be 0 or 1',
        });
      }),
    );
    read += bytesOfItems.length / type.size;
  }
  if ((await reader.peek(1)).length > 0) {
    throw new StageError('CORRUPT', `${member} goes on after its ${length} labels`, {
      where: { member, byte: reader.position },
    });
  }
  return Buffer.concat(labels);
}

/** More reviews than there can sensibly be; stops an array that would fill the memory. */
const MOST = 2 ** 26;

function lengthOf({ shape }: NpyHeader, member: string): number {
  if (shape.length === 1 && shape[0]! > MOST) {
    throw new StageError('UNSUPPORTED', `${member} has ${shape[0]} items, more than ${MOST}`, {
      where: { member },
      hint: 'expected an item a review',
    });
  }
  if (shape.length === 1) return shape[0]!;
  throw new StageError('UNSUPPORTED', `${member} has the shape (${shape.join(', ')})`, {
    where: { member },
    hint: 'expected one dimension: an item a review',
  });
}

import { StageError } from '../error.ts';
import { readLabels, readRows } from './npy.ts';
import type { Ragged } from './ragged.ts';
import { readZip } from './zip.ts';

/** The reviews of a split: row `r` of `rows` has the label `labels[r]`. */
export interface LabelledRows {
  readonly rows: Ragged;
  /** uint8[rows], 0 or 1 */
  readonly labels: Uint8Array;
}

/**
 * Reads an `imdb.npz`: `x_train` and `x_test`, object arrays of lists of word numbers, and `y_train` and `y_test`, their labels. The
 * members may come in any order, and others are passed over.
 * Throws `MISSING_FIELD` for one that isn't there, `CORRUPT` for rows and labels of different number.
 */
export async function readImdb(
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ train: LabelledRows; test: LabelledRows }> {
  const rows = new Map<string, Ragged>();
  const labels = new Map<string, Uint8Array>();
  const names: string[] = [];
  for await (const { name, bytes: content } of readZip(bytes)) {
    names.push(name);
    if (name === 'x_train.npy' || name === 'x_test.npy') rows.set(name, await readRows(content, name));
    if (name === 'y_train.npy' || name === 'y_test.npy') labels.set(name, await readLabels(content, name));
  }
  const split = (x: string, y: string): LabelledRows => {
    const found = { rows: rows.get(x) ?? missing(x, names), labels: labels.get(y) ?? missing(y, names) };
    if (found.rows.rows === found.labels.length) return found;
    throw new StageError(
      'CORRUPT',
      `${x} has ${found.rows.rows} rows, and ${y} has ${found.labels.length} labels`,
      {
        where: { member: y },
      },
    );
  };
  return { train: split('x_train.npy', 'y_train.npy'), test: split('x_test.npy', 'y_test.npy') };
}

function missing(name: string, names: readonly string[]): never {
  throw new StageError('MISSING_FIELD', `no ${name} in the zip file`, {
    where: { member: name },
    hint: names.length > 0 ? `it holds ${names.join(', ')}` : 'it holds nothing',
  });
}

import { createReadStream, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { makeSample } from '../scripts/sample/files.ts';
import { readImdb } from '../src/formats/npz.ts';
import { readZip } from '../src/formats/zip.ts';
import { collect } from './streams.ts';

const FILES = new URL('../config/sample/', import.meta.url);
const npz = (): AsyncIterable<Uint8Array> => createReadStream(new URL('imdb.npz', FILES));

test('the embedded sample is what its generator makes', async () => {
  const { members, wordIndex } = makeSample();
  const names: string[] = [];
  for await (const { name, bytes } of readZip(npz())) {
    names.push(name);
    expect(Buffer.concat(await collect(bytes)).equals(members[name]!), name).toBe(true);
  }
  expect(names).toEqual(Object.keys(members));
  expect(readFileSync(new URL('imdb_word_index.json', FILES), 'utf8') === wordIndex).toBe(true);
});

test('another seed makes another sample', () => {
  expect(makeSample(2).members['x_train.npy']!.equals(makeSample(1).members['x_train.npy']!)).toBe(false);
});

test('every word number of the sample is in its word index, and about half of the reviews approve', async () => {
  const words = Object.keys(JSON.parse(makeSample().wordIndex) as object);
  for (const { rows, labels } of Object.values(await readImdb(npz()))) {
    for (let row = 0; row < rows.rows; row++) {
      expect(rows.row(row).every((word) => word >= 1 && word <= words.length)).toBe(true);
    }
    const share = labels.reduce((sum, label) => sum + label, 0) / labels.length;
    expect(share).toBeGreaterThan(0.45);
    expect(share).toBeLessThan(0.55);
  }
});

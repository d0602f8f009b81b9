import { expect, test } from 'vitest';
import { collectRows, type Rows } from '../../../src/engine/rows.ts';
import { readKernels } from '../../../src/engine/wasm/kernel-file.ts';
import { Arena } from '../../../src/engine/wasm/memory.ts';
import { instantiate } from '../../../src/engine/wasm/module.ts';
import { placeRows } from '../../../src/engine/wasm/input.ts';
import type { VectorBatch } from '../../../src/formats/vector-batch.ts';
import { streamOf } from '../../streams.ts';

async function newPlace() {
  const kernels = instantiate(await WebAssembly.compile(readKernels()));
  return { kernels, arena: new Arena(kernels.memory, kernels.heapBase()), most: 1 };
}

/** A row of so many columns, as it comes from a stream. */
function longRow(columns: number): VectorBatch {
  return {
    dimension: columns,
    encoding: 'multi-hot',
    ids: ['a'],
    splits: ['train'],
    labels: Float32Array.of(1),
    offsets: Int32Array.of(0, columns),
    indices: Uint32Array.from({ length: columns }, (_, column) => column),
  };
}

test('collected rows move, a part after the other, and give their memory back', async () => {
  const place = await newPlace();
  const columns = 10_000_001; // 40 MB, which is no whole number of parts
  const [rows] = await collectRows(streamOf(longRow(columns)), ['train']);
  placeRows(place, rows);
  expect(rows.indices.buffer.byteLength).toBe(0);
  // The last that was put there.
  const there = place.arena.integers(place.arena.end - 4 * columns, columns);
  expect(there.every((column, i) => column === i)).toBe(true);
  expect(() => placeRows(place, rows)).toThrow(TypeError);
});

test('other rows stay where they are, also as a part of a buffer', async () => {
  const place = await newPlace();
  const buffer = new ArrayBuffer(8, { maxByteLength: 16 });
  new Uint16Array(buffer).set([1, 2, 3, 4]);
  const plain: Rows = { ...longRow(0), offsets: Int32Array.of(0, 2), indices: Uint16Array.of(2, 3) };
  const part: Rows = { ...plain, indices: new Uint16Array(buffer, 2, 2) };
  for (const rows of [plain, plain, part]) {
    placeRows(place, rows);
    const { arena } = place;
    expect([...new Uint16Array(arena.bytes(arena.end - 4, 4).slice().buffer)]).toEqual([2, 3]);
    expect([...rows.indices]).toEqual([2, 3]);
  }
});

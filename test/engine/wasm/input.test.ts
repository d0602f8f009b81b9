import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collectRows } from '../../../src/engine/collect.ts';
import type { Rows } from '../../../src/engine/rows.ts';
import { readKernels } from '../../../src/engine/wasm/kernel-file.ts';
import { Arena } from '../../../src/engine/wasm/memory.ts';
import { instantiate } from '../../../src/engine/wasm/module.ts';
import { placeRows } from '../../../src/engine/wasm/input.ts';
import { ENCODINGS, type VectorBatch } from '../../../src/formats/vector-batch.ts';
import { streamOf } from '../../streams.ts';
import { asDense, rowsOf, withValues } from '../rows.ts';

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

test.each(['count', 'dense'] as const)('collected values move, too: %s', async (encoding) => {
  const place = await newPlace();
  const values = Float32Array.of(0.5, 2, -1);
  const indices = encoding === 'dense' ? new Uint16Array(0) : Uint16Array.of(0, 1, 2);
  const batch = { ...longRow(3), encoding, indices, values };
  const [rows] = await collectRows(streamOf(batch, batch), ['train']);
  placeRows(place, rows);
  expect([rows.indices.buffer.byteLength, rows.values!.buffer.byteLength]).toEqual([0, 0]);
  expect(() => placeRows(place, rows)).toThrow(TypeError);
});

/** Rows of any encoding, of dimensions whose indices take 2 bytes and 4, and all their numbers. */
const anyRows = fc
  .record({
    dimension: fc.constantFrom(1, 6, 65_537),
    encoding: fc.constantFrom(...ENCODINGS.filter((encoding) => encoding !== 'tokens')),
  })
  .chain(({ dimension, encoding }) =>
    fc
      .array(fc.uniqueArray(fc.nat(dimension - 1), { maxLength: 9 }), { minLength: 1, maxLength: 5 })
      .map((columns) => {
        const ones = rowsOf(
          dimension,
          columns.map((row) => row.toSorted((a, b) => a - b)),
        );
        const valueAt = (row: number, column: number): number =>
          encoding === 'multi-hot' ? 1 : (((5 * row + 3 * column) % 7) - 2) / 4;
        const sparse = encoding === 'multi-hot' ? ones : withValues(ones, valueAt);
        return { rows: encoding === 'dense' ? asDense(sparse) : sparse, columns, valueAt };
      }),
  );

test('a batch’s products are those of plain numbers, and rows of the kernel that it gives nothing to stay untouched', async () => {
  const module = await WebAssembly.compile(readKernels());
  fc.assert(
    fc.property(anyRows, fc.constantFrom(4, 16, 20), fc.nat(), ({ rows, columns, valueAt }, stride, draw) => {
      const kernels = instantiate(module);
      const arena = new Arena(kernels.memory, kernels.heapBase());
      const numbers = Uint32Array.from(columns.keys()).toReversed();
      const { length: count } = numbers;
      const { dimension } = rows;
      // Eighths, of which float32 loses nothing.
      const eighths = (length: number) =>
        Float32Array.from({ length }, (_, i) => (((i + draw) * 37) % 65) / 8 - 4);
      const [kernel, bias, slopes] = [eighths(dimension * stride), eighths(stride), eighths(count * stride)];
      const layer = { stride, kernel: arena.place(kernel), bias: arena.place(bias) };
      const outputs = arena.allocate(4 * count * stride);
      const gradient = arena.allocate(4 * dimension * stride);
      const [slopesAt, touched] = [arena.place(slopes), arena.allocate(dimension)];
      const batch = { numbers: arena.place(numbers), count };
      const input = placeRows({ kernels, arena, most: count }, rows);
      input.forward(batch, { ...layer, outputs });
      input.backward(batch, slopesAt, { weights: layer.kernel, gradient, rows: dimension, stride, touched });

      const [sums, gradients, used] = [
        new Float32Array(count * stride),
        new Map<number, number>(),
        new Set<number>(),
      ];
      for (const [i, row] of numbers.entries())
        for (let unit = 0; unit < stride; unit++) {
          sums[i * stride + unit] = bias[unit]!;
          for (const column of columns[row]!) {
            const at = column * stride + unit;
            sums[i * stride + unit]! += valueAt(row, column) * kernel[at]!;
            gradients.set(at, (gradients.get(at) ?? 0) + valueAt(row, column) * slopes[i * stride + unit]!);
            used.add(column);
          }
        }
      expect([...arena.floats(outputs, count * stride)]).toEqual([...sums]);
      const learned = arena.floats(gradient, dimension * stride);
      for (const [at, value] of gradients) expect(learned[at]).toBe(value);
      expect(learned.reduce((all, value) => all + Number(value !== 0), 0)).toBe(
        [...gradients.values()].filter((value) => value !== 0).length,
      );
      const marked = [...arena.bytes(touched, dimension).entries()].filter(([, mark]) => mark === 1);
      expect(marked.length).toBe(rows.encoding === 'dense' ? dimension : used.size);
      expect(marked.every(([column]) => rows.encoding === 'dense' || used.has(column))).toBe(true);
    }),
    { numRuns: 60 },
  );
});

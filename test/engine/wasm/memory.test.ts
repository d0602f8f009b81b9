import { expect, test } from 'vitest';
import { readKernels } from '../../../src/engine/wasm/kernel-file.ts';
import { Arena } from '../../../src/engine/wasm/memory.ts';
import { instantiate } from '../../../src/engine/wasm/module.ts';

test('pieces are zero and at cache lines, also where others have been taken back', async () => {
  const { memory, heapBase } = instantiate(await WebAssembly.compile(readKernels()));
  const arena = new Arena(memory, heapBase());
  const kept = arena.place(Float32Array.of(1, 2, 3));
  const { end } = arena;
  const first = arena.place(Uint16Array.of(4, 5));
  arena.release(end);
  const second = arena.allocate(100_000);
  expect(second).toBe(first);
  expect(second % 64).toBe(0);
  expect(new Set(arena.bytes(second, 100_000))).toEqual(new Set([0]));
  expect([...arena.floats(kept, 3)]).toEqual([1, 2, 3]);
});

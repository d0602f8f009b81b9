import { expect, test } from 'vitest';
import { RandomState } from '../../src/formats/numpy-random.ts';

// All numbers here were printed by NumPy 2.4.6.
test.each([
  [0, [2357136044, 2546248239, 3071714933]],
  [1, [1791095845, 4282876139, 3093770124]],
  [113, [3659249829, 529109724, 317413538]],
  [4294967295, [419326371, 479346978, 3918654476]],
])('seed %i draws what NumPy draws', (seed, draws) => {
  const random = new RandomState(seed);
  expect([random.uint32(), random.uint32(), random.uint32()]).toEqual(draws);
});

test('the state is renewed as in NumPy', () => {
  const random = new RandomState(113);
  for (let i = 0; i < 1_999; i++) random.uint32();
  expect(random.uint32()).toBe(371149205);
});

test.each([
  [0, [6, 2, 1, 3, 0, 5, 4], [1, 3, 4, 0, 2]],
  [1, [6, 2, 1, 0, 4, 3, 5], [2, 3, 1, 4, 0]],
  [113, [1, 3, 0, 6, 2, 4, 5], [2, 3, 4, 1, 0]],
  [4294967295, [1, 5, 0, 6, 4, 2, 3], [4, 3, 0, 1, 2]],
])('seed %i shuffles what NumPy shuffles, one after the other', (seed, first, second) => {
  const random = new RandomState(seed);
  expect([...random.permutation(7)]).toEqual(first);
  expect([...random.permutation(5)]).toEqual(second);
});

test('the reviews come in the order that Keras puts them in', () => {
  expect([...new RandomState(113).permutation(10)]).toEqual([9, 3, 6, 1, 0, 7, 4, 8, 2, 5]);
  const random = new RandomState(113);
  expect(Array.from(random.permutation(25_000).slice(0, 5))).toEqual([7798, 13226, 18078, 793, 17499]);
  expect(Array.from(random.permutation(25_000).slice(0, 5))).toEqual([22748, 4083, 8015, 13688, 5310]);
});

test('nothing and a single item stay as they are', () => {
  expect([...new RandomState(1).permutation(0)]).toEqual([]);
  expect([...new RandomState(1).permutation(1)]).toEqual([0]);
});

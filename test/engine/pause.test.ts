import { afterEach, expect, test, vi } from 'vitest';
import { pauses } from '../../src/engine/pause.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test('a pause lets others run where they have waited for long, and else takes no time', async () => {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(1000);
  const pause = pauses();
  const happened: string[] = [];
  const before = (): void => void happened.push('before');
  setImmediate(() => happened.push('others'));
  clock.mockReturnValue(1010);
  await pause(before);
  expect(happened).toEqual([]);
  clock.mockReturnValue(1030);
  await pause(before);
  expect(happened).toEqual(['before', 'others']);
});

test('without Node’s `setImmediate`, too', async () => {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(1000);
  vi.stubGlobal('setImmediate', undefined);
  const pause = pauses();
  let ran = false;
  setTimeout(() => (ran = true));
  clock.mockReturnValue(1030);
  await pause();
  expect(ran).toBe(true);
});

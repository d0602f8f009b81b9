import { afterEach, expect, test, vi } from 'vitest';
import { pauses } from '../../../src/engine/wasm/pause.ts';

afterEach(() => vi.restoreAllMocks());

test('a pause lets others run where they have waited for long, and else takes no time', async () => {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(1000);
  const pause = pauses();
  let ran = false;
  setTimeout(() => (ran = true));
  clock.mockReturnValue(1010);
  await pause();
  expect(ran).toBe(false);
  clock.mockReturnValue(1030);
  await pause();
  expect(ran).toBe(true);
});

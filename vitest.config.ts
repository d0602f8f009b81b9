import { defineConfig } from 'vitest/config';

// Many tests run the real program, often several times, on whatever machine there is.
export default defineConfig({
  test: { include: ['test/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
});

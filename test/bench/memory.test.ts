import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { watchMemory } from '../../bench/memory.ts';

const without = !existsSync('/proc/self/status');
if (without) console.warn('the memory of process trees is not tested: there is no /proc/PID/status here');

/** Holds 100 MB, and says so; the inner one is started by the outer one. */
const HOLD = 'globalThis.held = Buffer.alloc(100e6, 1); console.log("held"); setInterval(() => {}, 1000);';

test.skipIf(without)('the memory of a process and of what it started is summed at one instant', async () => {
  const outer = `const inner = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(HOLD)}], { stdio: ['ignore', 'pipe', 'inherit'] });
    globalThis.held = Buffer.alloc(100e6, 1);
    inner.stdout.once('data', () => console.log('both'));
    process.on('SIGTERM', () => { inner.once('exit', () => process.exit()); inner.kill(); });`;
  const child = spawn(process.execPath, ['-e', outer], { stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = watchMemory(child.pid!);
  let peak;
  try {
    await once(child.stdout, 'data');
    peak = stop()!;
  } finally {
    child.kill();
    await once(child, 'close');
  }
  expect(peak.processes).toHaveLength(2);
  for (const { resident } of peak.processes) expect(resident).toBeGreaterThan(100e6);
  expect(peak.together).toBeGreaterThan(200e6);
  expect(peak.resident).toBeGreaterThanOrEqual(peak.together);
});

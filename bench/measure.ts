import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { type Peak, watchMemory } from './memory.ts';

/** What a command cost. */
export interface Cost {
  /** From its start to its end, by the clock. */
  readonly seconds: number;
  readonly peak: Peak | undefined;
  readonly stdout: string;
}

/** Runs a command to its end, in a folder, and measures it. Throws with what it said where it fails. */
export async function measure(
  [program, ...parameters]: readonly [string, ...string[]],
  environment: Readonly<Record<string, string>> = {},
  cwd: string = process.cwd(),
): Promise<Cost> {
  const start = performance.now();
  const child = spawn(program, parameters, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
    cwd,
  });
  const failure = once(child, 'error').then(([error]) => Promise.reject(error as Error));
  const stop = child.pid === undefined ? undefined : watchMemory(child.pid);
  try {
    const ended = Promise.all([once(child, 'close'), text(child.stdout), text(child.stderr)]);
    const [[code, signal], stdout, stderr] = await Promise.race([ended, failure]);
    const seconds = (performance.now() - start) / 1000;
    if (code !== 0) {
      const command = [program, ...parameters].join(' ');
      throw new Error(`${command}\nended with ${signal ?? `exit code ${code}`}:\n${stderr}${stdout}`);
    }
    return { seconds, peak: stop?.(), stdout };
  } finally {
    stop?.();
  }
}

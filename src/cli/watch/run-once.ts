import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PROGRAM } from '../program.ts';
import type { Reads } from './reads.ts';

/** How a run ended, and what it read, unless it ended before that was known. */
export interface Ended {
  /** The exit code, or the name of the signal that ended it. */
  readonly exit: number | string;
  readonly reads: Reads | undefined;
}

/** Runs `sluice run` with these arguments in a process of its own, at the same terminal. */
export async function runOnce(args: readonly string[], signal: AbortSignal): Promise<Ended> {
  const [node, ...program] = PROGRAM as [string, ...string[]];
  const child = spawn(node, [...program, 'run', ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  let reads: Reads | undefined;
  child.on('message', (message: { reads?: Reads }) => (reads = message.reads ?? reads));
  // Interrupts it, too. A terminal's Ctrl-C reaches it without us, and a second signal would end it at once.
  const stop = (): void => {
    if (child.connected) child.disconnect();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    const [code, by] = (await once(child, 'exit')) as [number | null, string | null];
    if (child.connected) await once(child, 'disconnect'); // its last message may still be on its way
    return { exit: code ?? by!, reads };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

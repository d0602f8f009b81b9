import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { readMemory } from './memory.ts';

/** A process to run: its standard input and output are files, its standard error is told line by line. */
export interface Job {
  readonly command: readonly string[];
  /** What is different from our own environment; `undefined` takes a variable away. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** A path; without one the input is empty. */
  readonly stdin?: string | undefined;
  /** A path; the file is made. */
  readonly stdout: string;
  /**
   * Whether it says its own peak memory over an IPC channel. Its file descriptor 3 ends when we do: that is this
   * channel, or a pipe.
   */
  readonly ipc: boolean;
}

export interface Ended {
  /** The exit code, or the name of the signal that ended it. */
  readonly exit: number | string;
  /** The most memory held at a time, in bytes, where it could be measured. */
  readonly peakBytes?: number | undefined;
}

/** How steps are run: one process each. Tests put something else in its place. */
export type RunProcess = (job: Job, told: (line: string) => void, signal: AbortSignal) => Promise<Ended>;

/** How long a process that was told to end may take, in milliseconds, before it is killed. */
const GRACE = 5000;

/** The groups that run now. */
const groups = new Set<number | undefined>();
process.once('exit', () => groups.forEach((group) => endGroup(group, 'SIGKILL')));

/** How long what it began may outlive the process and speak on, in milliseconds, as `>(wc -l >&2)` does. */
const LINGER = 1000;

/** Runs a process in a group of its own; when `signal` aborts, the whole group is ended. What it leaves running is ended, too. */
export const runProcess: RunProcess = async (job, told, signal) => {
  const [program, ...args] = job.command as [string, ...string[]];
  const stdout = await open(job.stdout, 'w');
  const stdin = job.stdin === undefined ? undefined : await open(job.stdin, 'r');
  try {
    const child = spawn(program, args, {
      stdio: [stdin?.fd ?? 'ignore', stdout.fd, 'pipe', job.ipc ? 'ipc' : 'pipe'],
      env: { ...process.env, ...job.environment },
      detached: true, // so that Ctrl-C reaches only us, and the group can be ended with its children
    });
    let peakBytes: number | undefined;
    child.on('message', (message: { peakBytes?: number }) => (peakBytes = message.peakBytes));
    const sampler = job.ipc
      ? undefined
      : setInterval(() => (peakBytes = readMemory(child.pid, peakBytes)), 50);
    const ended = new Promise<number | string>((resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') error.message = `${program} is needed to run this, and is not installed`;
        reject(error);
      });
      child.once('exit', (code, by) => resolve(code ?? by!));
    });
    let lingering: NodeJS.Timeout | undefined;
    child.once('exit', () => (lingering = setTimeout(() => endGroup(child.pid, 'SIGKILL'), LINGER)));
    const stop = endOnAbort(child.pid, signal);
    groups.add(child.pid);
    try {
      const [exit] = await Promise.all([ended, tellLines(child.stderr!, told)]);
      if (child.connected) await once(child, 'disconnect'); // its last message may still be on its way
      return { exit, peakBytes };
    } finally {
      clearTimeout(lingering);
      endGroup(child.pid, 'SIGKILL'); // what still runs would write on in what is kept
      groups.delete(child.pid);
      clearInterval(sampler);
      stop();
    }
  } finally {
    await stdout.close();
    await stdin?.close();
  }
};

function endOnAbort(pid: number | undefined, signal: AbortSignal): () => void {
  let killer: NodeJS.Timeout | undefined;
  const end = (): void => {
    endGroup(pid, 'SIGTERM');
    killer = setTimeout(() => endGroup(pid, 'SIGKILL'), GRACE);
  };
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  return () => {
    clearTimeout(killer);
    signal.removeEventListener('abort', end);
  };
}

function endGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // It has ended by itself: macOS says EPERM of a group whose members have ended and are not yet waited for.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code!)) throw error;
  }
}

/** A longer line is told in parts, in characters. */
const LONGEST_LINE = 1 << 20;

async function tellLines(stream: NodeJS.ReadableStream, told: (line: string) => void): Promise<void> {
  let begun: string[] = []; // joined once a line, so that a long one costs no more than many
  let length = 0;
  const tell = (): void => {
    told(begun.join(''));
    begun = [];
    length = 0;
  };
  stream.setEncoding('utf8');
  for await (const chunk of stream as AsyncIterable<string>) {
    for (const [i, part] of chunk.split('\n').entries()) {
      if (i > 0 || length > LONGEST_LINE) tell();
      begun.push(part);
      length += part.length;
    }
  }
  if (length > 0) tell();
}

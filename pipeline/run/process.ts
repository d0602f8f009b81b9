import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { tellLines } from './lines.ts';
import { readMemory } from './memory.ts';
import type { StepProgress } from '../outcome.ts';
import { makePipes, readEnd, writeEnd } from './pipe.ts';

/** A process to run. Its standard error is told line by line. */
export interface Job {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder that it is run in, and one where pipes can be made; absolute paths. */
  readonly workingFolder: string;
  readonly pipeFolder: string;
  /** The path of a file, `pipe` for what is written to it, or nothing: then it is empty. */
  readonly stdin?: { readonly path: string } | 'pipe' | undefined;
  /** The path of a file, which is made, or `pipe`. */
  readonly stdout: { readonly path: string } | 'pipe';
  /**
   * Whether it says its progress and its own peak memory over an IPC channel. Its file descriptor 3 ends when we do:
   * that is this channel, or a pipe.
   */
  readonly ipc: boolean;
}

/** What a process says while it runs. */
export interface Listener {
  readonly said: (line: string) => void;
  readonly progressed: (progress: StepProgress) => void;
}

export interface Ended {
  /** The exit code, or the name of the signal that ended it. */
  readonly exit: number | string;
  /** The most memory held at a time, in bytes, where it could be measured. */
  readonly peakBytes?: number | undefined;
}

export interface Process {
  /** Where the job has a pipe. */
  readonly stdin: Socket | undefined;
  readonly stdout: Socket | undefined;
  /** When it and all that it began have ended, and every line was told. */
  readonly ended: Promise<Ended>;
}

/** How long a process that was told to end may take, in milliseconds, before it is killed. */
const GRACE = 5000;

/** How long what it began may outlive the process and speak on, in milliseconds, as `>(wc -l >&2)` does. */
const LINGER = 1000;

/** The groups that run now. */
const groups = new Set<number>();
process.once('exit', () => groups.forEach((group) => endGroup(group, 'SIGKILL')));

/** Starts a process in a group of its own; when `signal` aborts, the whole group is ended. What it leaves running is ended, too. */
export async function startProcess(job: Job, listener: Listener, signal: AbortSignal): Promise<Process> {
  const { child, stdin, stdout, stderr } = job.ipc ? spawnStage(job) : await spawnCommand(job);
  return { stdin, stdout, ended: follow(child, stderr, { job, listener, signal }) };
}

interface Spawned {
  readonly child: ChildProcess;
  readonly stdin: Socket | undefined;
  readonly stdout: Socket | undefined;
  readonly stderr: Socket;
}

/** A stage takes the sockets that Node makes for pipes, which cost less. */
function spawnStage(job: Job): Spawned {
  const stdin = job.stdin === 'pipe' ? 'pipe' : openStdin(job);
  const stdout = job.stdout === 'pipe' ? 'pipe' : openSync(job.stdout.path, 'w');
  const child = spawnJob(job, [stdin, stdout, 'pipe', 'ipc']);
  for (const end of [stdin, stdout]) if (typeof end === 'number') closeSync(end);
  return {
    child,
    stdin: (child.stdin as Socket | null) ?? undefined,
    stdout: (child.stdout as Socket | null) ?? undefined,
    stderr: child.stderr as Socket,
  };
}

/** A shell takes nothing but pipes of the operating system for `/dev/stderr` and `test -p`. */
async function spawnCommand(job: Job): Promise<Spawned> {
  const pipes = await makePipes(job.pipeFolder, {
    stderr: 'read',
    stdin: job.stdin === 'pipe' ? 'write' : undefined,
    stdout: job.stdout === 'pipe' ? 'read' : undefined,
  });
  const stdin = pipes.stdin?.read ?? openStdin(job);
  const stdout = pipes.stdout?.write ?? openSync((job.stdout as { path: string }).path, 'w');
  const stderr = pipes.stderr!.write;
  const child = spawnJob(job, [stdin, stdout, stderr, 'pipe']);
  for (const end of [stdin, stdout, stderr]) if (typeof end === 'number') closeSync(end);
  return {
    child,
    stdin: pipes.stdin && writeEnd(pipes.stdin),
    stdout: pipes.stdout && readEnd(pipes.stdout),
    stderr: readEnd(pipes.stderr!),
  };
}

const openStdin = ({ stdin }: Job): number | 'ignore' =>
  typeof stdin === 'object' ? openSync(stdin.path, 'r') : 'ignore';

function spawnJob({ command, environment, workingFolder }: Job, stdio: StdioOptions): ChildProcess {
  const [program, ...args] = command as [string, ...string[]];
  return spawn(program, args, {
    stdio,
    env: environment,
    cwd: workingFolder,
    detached: true, // so that Ctrl-C reaches only us, and the group can be ended with its children
  });
}

async function follow(
  child: ChildProcess,
  stderr: Socket,
  { job, listener, signal }: { job: Job; listener: Listener; signal: AbortSignal },
): Promise<Ended> {
  const group = child.pid;
  let peakBytes: number | undefined;
  child.on('message', (message: { peakBytes?: number; progress?: StepProgress }) => {
    if (message.progress) listener.progressed(message.progress);
    peakBytes = message.peakBytes ?? peakBytes;
  });
  const sampler = job.ipc ? undefined : setInterval(() => (peakBytes = readMemory(group, peakBytes)), 50);
  const lingering = new AbortController();
  const stop = endOnAbort(group, signal);
  if (group !== undefined) groups.add(group);
  try {
    const exited = exitOf(child, job);
    const left = exited.then(() => linger(group, lingering.signal));
    const told = Promise.race([tellLines(stderr, listener.said), left]);
    const [exit] = await Promise.all([exited, told]);
    if (child.connected) await once(child, 'disconnect'); // its last message may still be on its way
    return { exit, peakBytes };
  } finally {
    lingering.abort();
    endGroup(group, 'SIGKILL'); // what still runs would write on in what is kept
    groups.delete(group!);
    clearInterval(sampler);
    stop();
    stderr.destroy();
  }
}

/** Waits, at most, until what a process has left behind is ended; what has left its group, as a daemon does, runs on. */
async function linger(group: number | undefined, signal: AbortSignal): Promise<void> {
  try {
    await sleep(LINGER, undefined, { signal });
    endGroup(group, 'SIGKILL');
    await sleep(LINGER, undefined, { signal }); // in which its last lines are read
  } catch (error) {
    if (!signal.aborted) throw error; // else all of it has ended
  }
}

function exitOf(child: ChildProcess, { command }: Job): Promise<number | string> {
  return new Promise((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT')
        error.message = `${command[0]} is needed to run this, and is not installed`;
      reject(error);
    });
    child.once('exit', (code, by) => resolve(code ?? by!));
  });
}

function endOnAbort(group: number | undefined, signal: AbortSignal): () => void {
  let killer: NodeJS.Timeout | undefined;
  const end = (): void => {
    endGroup(group, 'SIGTERM');
    killer = setTimeout(() => endGroup(group, 'SIGKILL'), GRACE);
  };
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  return () => {
    clearTimeout(killer);
    signal.removeEventListener('abort', end);
  };
}

function endGroup(group: number | undefined, signal: NodeJS.Signals): void {
  if (group === undefined) return;
  try {
    process.kill(-group, signal);
  } catch (error) {
    // It has ended by itself: macOS says EPERM of a group whose members have ended and are not yet waited for.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code!)) throw error;
  }
}

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** A process that runs, as far as the trials ask. */
interface Process {
  readonly pid: number;
  /** R, S, D; T for stopped, Z for one that has ended and wasn't waited for. */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
}

/**
 * The processes that work in a folder: it is where they are, where a file is that they have open, or what their command line
 * names. Needs Linux's /proc.
 */
export function processesIn(folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => traces(pid).some((trace) => trace.includes(folder)))
    .map(Number);
}

/** The processes of steps that a runner has now: each leads a group of its own, which nothing else that it starts does. */
export function stepProcesses(runner: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => readProcess(Number(pid)) ?? [])
    .filter(({ pid, parent, group }) => parent === runner && group === pid)
    .map(({ pid }) => pid);
}

/** What is known of a process; `undefined` if there is none. */
export function readProcess(pid: number): Process | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // Field 2, the name, may hold spaces.
  const [state, parent, group] = stat?.replace(/^.*\) /s, '').split(' ') ?? [];
  return state === undefined ? undefined : { pid, state, parent: Number(parent), group: Number(group) };
}

/** Sends a signal to a process, or to a group (`-pid`), if it is still there. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function traces(pid: string): string[] {
  const folder = `/proc/${pid}`;
  const open = attempt(() => readdirSync(`${folder}/fd`)) ?? [];
  return [
    attempt(() => readFileSync(`${folder}/cmdline`, 'utf8')),
    attempt(() => readlinkSync(`${folder}/cwd`)),
    ...open.map((fd) => attempt(() => readlinkSync(`${folder}/fd/${fd}`))),
  ].filter((trace) => trace !== undefined);
}

/** A process may end while it is looked at. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

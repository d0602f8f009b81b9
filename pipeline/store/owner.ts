import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Who holds something in a store, as a name that fits a file: machine, process and when the process began, so that one
 * with the same number later is not taken for it. Two containers are two machines, since neither sees the other's processes.
 */
export const ourselves = [machine(), process.pid, beginOf(process.pid)].join('~');

/** Whether a holder still runs; `undefined` where it can't be known, since it is on another machine. */
export function isRunning(holder: string): boolean | undefined {
  if (holder === ourselves) return true;
  const [where, pid, begin] = holder.split('~');
  if (where !== machine()) return undefined;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return beginOf(Number(pid)) === begin;
}

/** A holder as a person reads it. */
export function describeHolder(holder: string): string {
  const [where, pid] = holder.split('~');
  return where === machine() ? `process ${pid}` : `process ${pid} on ${where}`;
}

function machine(): string {
  return `${hostname().replaceAll(/[^\w.-]/g, '_')}${processNamespace()}`;
}

/** Linux's number of the set of processes that see each other. */
function processNamespace(): string {
  try {
    return `-${/\d+/.exec(readlinkSync('/proc/self/ns/pid'))![0]}`;
  } catch {
    return '';
  }
}

/** When a process began, in ticks since the machine did; `0` where the system doesn't tell. */
function beginOf(pid: number): string {
  try {
    // Field 22; field 2, the name, may hold spaces.
    return readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')[19]!;
  } catch {
    return '0';
  }
}

import { readdirSync, readFileSync } from 'node:fs';

/**
 * The larger of `peak` and the memory that a process group holds now, in bytes: the resident sets of its members,
 * summed, read from Linux's /proc. Where there is none, `peak`.
 */
export function readMemory(group: number | undefined, peak: number | undefined): number | undefined {
  let bytes = 0;
  for (const pid of processes()) {
    try {
      // Field 5 is the group; field 2, the name, may hold spaces.
      const [, , member] = readFileSync(`/proc/${pid}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ');
      if (Number(member) !== group) continue;
      const [, kilobytes] = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
      bytes += Number(kilobytes ?? 0) * 1024;
    } catch {
      continue; // it ended between the two looks
    }
  }
  return bytes > (peak ?? 0) ? bytes : peak;
}

function processes(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

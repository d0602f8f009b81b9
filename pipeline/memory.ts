import { readdirSync, readFileSync } from 'node:fs';

/**
 * The larger of `peak` and the memory that a process group holds now, in bytes: the resident sets of its members,
 * summed, read from Linux's /proc. Where there is none, `peak`.
 */
export function readMemory(group: number | undefined, peak: number | undefined): number | undefined {
  let bytes = 0;
  for (const pid of processes()) {
    try {
      // Field 5 is the group and field 24 the resident pages; field 2, the name, may hold spaces.
      const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
        .replace(/^.*\) /s, '')
        .split(' ');
      if (Number(fields[2]) === group) bytes += Number(fields[21]) * PAGE;
    } catch {
      continue; // it ended between the two looks
    }
  }
  return bytes > (peak ?? 0) ? bytes : peak;
}

const PAGE = 4096;

function processes(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

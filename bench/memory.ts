import { readdirSync, readFileSync } from 'node:fs';

/**
 * The most memory, in bytes, that a process and its descendants held. The kernel's proportional set size would say it
 * better, but walks all pages at every look, which was seen to double the time of what is measured.
 */
export interface Peak {
  /**
   * The largest sum, at one instant, of the processes' anonymous memory, and of the file-backed memory of the process
   * that has most of it: what else they map of files is, by and large, the same program and libraries.
   */
  readonly together: number;
  /** The same of their resident set sizes: what is shared counts in every process. */
  readonly resident: number;
  /** Each process's own largest resident set, as the kernel kept it, with its command line. */
  readonly processes: readonly { readonly command: string; readonly resident: number }[];
}

/** Milliseconds between two looks. */
const INTERVAL = 50;

/** Looks at a process and its descendants until the function that it gives is called, and then once more; `undefined` where there is no Linux /proc. */
export function watchMemory(root: number): () => Peak | undefined {
  const seen = new Map<number, { command: string; resident: number }>();
  let [together, resident] = [0, 0];
  const look = (): void => {
    const sizes = descendants(root).flatMap((pid) => readSizes(pid) ?? []);
    const anonymous = sizes.reduce((sum, one) => sum + one.anonymous, 0);
    const backed = sizes.reduce((sum, one) => sum + one.backed, 0);
    together = Math.max(together, anonymous + Math.max(0, ...sizes.map((one) => one.backed)));
    resident = Math.max(resident, anonymous + backed);
    for (const { pid, command, highest } of sizes) seen.set(pid, { command, resident: highest });
  };
  const timer = setInterval(look, INTERVAL);
  return () => {
    clearInterval(timer);
    look();
    return seen.size === 0 ? undefined : { together, resident, processes: [...seen.values()] };
  };
}

interface Sizes {
  readonly pid: number;
  readonly command: string;
  readonly anonymous: number;
  /** Of files, and of shared memory. */
  readonly backed: number;
  readonly highest: number;
}

function readSizes(pid: number): Sizes | undefined {
  const status = readIfThere(`/proc/${pid}/status`) ?? '';
  const command = readIfThere(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim();
  const [anonymous, file, shared, highest] = ['RssAnon', 'RssFile', 'RssShmem', 'VmHWM'].map(
    (name) =>
      // Such as `RssAnon:     307 kB`.
      Number(status.match(new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm'))?.[1]) * 1024,
  ) as [number, number, number, number];
  // It has ended meanwhile, or is a zombie.
  if (Number.isNaN(anonymous) || command === undefined) return undefined;
  return { pid, command, anonymous, backed: file + shared, highest };
}

/** The process and all that it started, and they, as far as they run now. */
function descendants(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const pid of processes()) {
    // Field 4 is the parent; field 2, the name, may hold spaces and parentheses.
    const parent = Number(
      readIfThere(`/proc/${pid}/stat`)
        ?.replace(/^.*\) /s, '')
        .split(' ')[1],
    );
    const siblings = children.get(parent);
    if (siblings) siblings.push(pid);
    else children.set(parent, [pid]);
  }
  const found = [root];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

function processes(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return []; // not Linux
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined; // the process has ended
  }
}

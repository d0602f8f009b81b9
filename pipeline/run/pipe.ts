import { execFile } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The two ends of a pipe of the operating system, as file descriptors. */
export interface Pipe {
  readonly read: number;
  readonly write: number;
}

/**
 * Makes pipes between us and a process. Node gives a process sockets, which a shell's `/dev/stderr` and `test -p` don't
 * take; so these are made as named pipes in `folder`, whose names are gone when this returns. `ours` is the end that we
 * hold, which never blocks; the other one is a process's, which waits in reads and writes as programs expect.
 */
export async function makePipes<Name extends string>(
  folder: string,
  ours: Readonly<Record<Name, keyof Pipe | undefined>>,
): Promise<Partial<Record<Name, Pipe>>> {
  const names = (Object.keys(ours) as Name[]).filter((name) => ours[name] !== undefined);
  const path = (name: string): string => join(folder, `${name}.pipe`);
  await promisify(execFile)('mkfifo', names.map(path)).catch(asSystemError);
  const pipes: Partial<Record<Name, Pipe>> = {};
  for (const name of names) {
    // As long as this one is open, neither of the others waits for its opposite.
    const both = openSync(path(name), constants.O_RDWR | constants.O_NONBLOCK);
    const flags = (end: keyof Pipe): number => (ours[name] === end ? constants.O_NONBLOCK : 0);
    pipes[name] = {
      read: openSync(path(name), constants.O_RDONLY | flags('read')),
      write: openSync(path(name), constants.O_WRONLY | flags('write')),
    };
    closeSync(both);
    rmSync(path(name));
  }
  return pipes;
}

/** What mkfifo says is about the system: a full disk, or one that has no named pipes. */
function asSystemError(error: Error & { stderr?: string }): never {
  throw Object.assign(new Error(error.stderr?.trim() || error.message), { syscall: 'mkfifo' });
}

/** Our end of a pipe as a stream. */
export const readEnd = ({ read }: Pipe): Socket => new Socket({ fd: read, readable: true, writable: false });
export const writeEnd = ({ write }: Pipe): Socket =>
  new Socket({ fd: write, readable: false, writable: true });

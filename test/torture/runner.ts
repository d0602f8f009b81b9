import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { program } from '../cli/shell.ts';

/** A store and results of their own. */
export interface Place {
  readonly store: string;
  readonly results: string;
}

export function newPlace(folder: string, name: string): Place {
  mkdirSync(join(folder, name));
  return { store: join(folder, name, 'store'), results: join(folder, name, 'results') };
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** A `sluice run` that goes on. */
export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  isOver(): boolean;
}

/** Starts the real program in a process group of its own, in the scene's folder. */
export function startRun(
  { folder, file }: { readonly folder: string; readonly file: string },
  { store, results }: Place,
  jobs = 2,
): Running {
  const args = ['run', file, `--store=${store}`, `--results=${results}`, `--jobs=${jobs}`];
  return start(args, folder);
}

/** Frees what a store has of no use. */
export async function collectGarbage(
  { folder }: { readonly folder: string },
  { store }: Place,
): Promise<Ended> {
  return start(['cache', 'gc', `--store=${store}`], folder).ended;
}

/** When a run is taken to have hung, in milliseconds: it is then ended by SIGABRT, which no trial expects. */
const HANGS = 120_000;

function start(args: readonly string[], cwd: string): Running {
  const env = { ...process.env, NO_COLOR: '1' };
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: HANGS,
    killSignal: 'SIGABRT',
  });
  // What the runner left running may hold its standard error, so its own end is waited for first.
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const said = text(child.stderr);
  const ended = exited.then(async ([code, signal]) => ({ code, signal, stderr: await said }));
  return { pid: child.pid!, ended, isOver: () => child.exitCode !== null || child.signalCode !== null };
}

import { setTimeout } from 'node:timers/promises';
import { StageError } from '../../error.ts';
import type { RunOptions } from '../run-options.ts';
import { FolderWatch } from './folder-watch.ts';
import { nextChange, type Ports } from './next-change.ts';
import type { Reads } from './reads.ts';
import { runOnce } from './run-once.ts';
import { changedFiles, listFiles, takeSnapshot, type Snapshot } from './snapshot.ts';
import { tellWatch } from './tell-watch.ts';

/**
 * `sluice run FILE --watch`: runs it, and again whenever a file has changed that it reads, until it is interrupted. Each run
 * is a process of its own: it loads the user's stages anew, and leaves the store to others when it has ended.
 */
export async function watchCommand(options: RunOptions, args: string[], signal: AbortSignal): Promise<130> {
  if (options.dryRun)
    throw new StageError('USAGE', '--watch and --dry-run: a dry run has nothing to watch for');
  const gone = new AbortController();
  process.stdout.on('error', () => gone.abort()); // whoever read it has had enough
  const stop = AbortSignal.any([signal, gone.signal]);
  const teller = tellWatch(options);
  const folders = new FolderWatch(teller.warned);
  let paths: readonly string[] = [options.file, ...(options.params ? [options.params.name] : [])];
  let before = takeSnapshot(listFiles(paths).files);
  while (!stop.aborted) {
    const { exit, reads } = await runOnce(withoutWatch(args), stop);
    if (stop.aborted || exit === 130) break;
    if (typeof exit === 'string') teller.warned(`the run was ended by ${exit}`);
    if (reads !== undefined) {
      ({ paths } = reads);
      before = beforeRun(before, reads);
    }
    const ports = portsFor(paths, folders, stop);
    const during = changedFiles(before, ports.look()).length > 0;
    if (!during) teller.watching(paths);
    const change = await nextChange(before, ports, stop);
    if (change === undefined) break;
    teller.changed(change.files, during);
    before = change.now;
  }
  folders.close();
  return 130;
}

/** The arguments of one run. */
function withoutWatch(args: readonly string[]): string[] {
  const end = args.includes('--') ? args.indexOf('--') : args.length;
  return args.toSpliced(end, 0, '--no-watch');
}

/** How what a run has read was found: before it began, where it was looked at then, else at its begin. */
const beforeRun = (before: Snapshot, { snapshot }: Reads): Snapshot =>
  new Map(snapshot.map(([file, found]) => [file, before.get(file) ?? found]));

/** How long files must stay the same before a run, in milliseconds. */
const PAUSE = 100;
/** Between two looks without anything that made us look, in milliseconds: some network file systems tell nothing. */
const INTERVAL = 2000;
/** Such a wait is at least this many times as long as the last look took. */
const REST = 50;

function portsFor(paths: readonly string[], folders: FolderWatch, signal: AbortSignal): Ports {
  let rest = INTERVAL;
  return {
    look: () => {
      const begun = performance.now();
      let listing = listFiles(paths);
      while (folders.follow(listing.folders)) listing = listFiles(paths);
      const snapshot = takeSnapshot(listing.files);
      rest = Math.max(INTERVAL, REST * (performance.now() - begun));
      return snapshot;
    },
    stirred: () => folders.stirred(rest, signal),
    pause: () => setTimeout(PAUSE, undefined, { signal }).catch(() => {}), // aborted: the next to look knows
  };
}

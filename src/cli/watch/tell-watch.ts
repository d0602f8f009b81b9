import { listSome } from '../../../pipeline/tell/explain.ts';
import { inColour } from '../../../pipeline/tell/report.ts';
import { painter } from '../../../pipeline/tell/telling.ts';
import type { RunOptions } from '../run-options.ts';

/** What a watch tells between two runs. */
export interface WatchTeller {
  readonly watching: (paths: readonly string[]) => void;
  /** `during`: the files changed while the run was going that has ended now. */
  readonly changed: (files: readonly string[], during: boolean) => void;
  readonly warned: (message: string) => void;
}

/** Tells it where the runs themselves are told: to a program on standard output, to a person on standard error. */
export function tellWatch({ json, quiet }: Pick<RunOptions, 'json' | 'quiet'>): WatchTeller {
  if (json) {
    const tell = (event: object): void =>
      void process.stdout.write(`${JSON.stringify({ ...event, time: new Date().toISOString() })}\n`);
    return {
      watching: (paths) => tell({ type: 'watching', files: paths }),
      changed: (files) => tell({ type: 'changed', files }),
      warned: (message) => tell({ type: 'warned', message }),
    };
  }
  const { stderr, env } = process;
  const warned = (message: string): void => void stderr.write(`warning: ${message}\n`);
  if (quiet) return { watching: () => {}, changed: () => {}, warned };
  const paint = painter(inColour({ terminal: stderr.isTTY, environment: env }));
  return {
    watching: (paths) => void stderr.write(paint('dim', `watching ${listSome(paths)}; Ctrl-C ends it\n`)),
    changed: (files, during) =>
      void stderr.write(`\nchanged${during ? ' during the run' : ''}: ${listSome(files)}\n`),
    warned,
  };
}

import { relative, resolve } from 'node:path';
import type { RunOptions } from './run-options.ts';

export type Repeatable = Pick<RunOptions, 'file' | 'params' | 'set' | 'store' | 'results'>;

/** The command line that runs one step of the same run again, and of what it needs only what is not in the store. */
export function repeatCommand({ file, params, set, store, results }: Repeatable, step: string): string {
  const folders = [
    ['--store', store, '.sluice'],
    ['--results', results, 'results'],
  ] as const;
  const words = [
    'sluice',
    'run',
    file,
    step,
    ...(params === undefined ? [] : ['--params', params.name]),
    ...set.flatMap((assignment) => ['--set', assignment]),
    ...folders.flatMap(([flag, folder, byDefault]) =>
      folder === resolve(byDefault) ? [] : [flag, relative('', folder) || '.'],
    ),
  ];
  return words.map(quote).join(' ');
}

/** A word as a shell takes it. */
const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;

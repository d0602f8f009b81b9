/** A place in a file that a person wrote; `line` and `column` count from 1. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** The text of that line. */
  readonly source?: string;
  /** How many characters of it are meant. */
  readonly width?: number;
}

/** What is wrong, and what to do about it. */
export interface Complaint {
  readonly message: string;
  readonly hint?: string | undefined;
}

/** A mistake in an experiment or in how it was to be run. Mistakes are collected, not thrown. */
export interface Problem extends Complaint {
  readonly at: Place;
}

/** The value, or everything that is wrong with what it was to be made from. */
export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: Problem[] };

export const success = <T>(value: T): Result<T> => ({ ok: true, value });
export const failure = (...problems: Problem[]): Result<never> => ({ ok: false, problems });

/** `file:line:column: message`, the line with a mark under the place, and what to do. */
export function formatProblem({ message, at, hint }: Problem): string {
  const { file, line, column, source, width } = at;
  const lines = [`${[file, line, column].filter((part) => part !== undefined).join(':')}: ${message}`];
  if (line !== undefined && column !== undefined && source !== undefined) {
    const margin = ' '.repeat(String(line).length);
    const mark = ' '.repeat(column - 1) + '^'.repeat(Math.max(1, width ?? 1));
    lines.push(`  ${line} | ${source}`, `  ${margin} | ${mark}`);
  }
  if (hint !== undefined) lines.push(`  → ${hint}`);
  return lines.join('\n');
}

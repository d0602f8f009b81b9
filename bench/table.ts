/** What a figure must reach, in words and as bounds. */
export interface Target {
  readonly text: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A line of the table. Without a target it only informs; a `value` that couldn't be measured is `undefined`. */
export interface Row {
  readonly figure: string;
  readonly sluice: string;
  readonly peer?: string | undefined;
  /** Sluice's figure divided by the peer's. */
  readonly ratio?: number | undefined;
  readonly goal?: { readonly value: number | undefined; readonly target: Target } | undefined;
}

export type Verdict = 'met' | 'missed' | 'not measured' | '';

/** Whether the figure reached its target. What is not a number has missed it. */
export function judge({ goal }: Row): Verdict {
  if (goal === undefined) return '';
  const { value, target } = goal;
  if (value === undefined) return 'not measured';
  return value >= (target.atLeast ?? -Infinity) && value <= (target.atMost ?? Infinity) ? 'met' : 'missed';
}

/** The rows as a Markdown table, with the name of the peer or peers at the head of theirs. */
export function toMarkdown(rows: readonly Row[], peer: string): string {
  const head = ['figure', 'Sluice', peer, 'ratio', 'target', 'verdict'];
  const cells = rows.map((row) => [
    row.figure,
    row.sluice,
    row.peer ?? '',
    row.ratio === undefined ? '' : formatRatio(row.ratio),
    row.goal?.target.text ?? '',
    judge(row) === 'missed' ? '**missed**' : judge(row),
  ]);
  const lines = [head, head.map(() => '---'), ...cells].map(
    (line) => `| ${line.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
  );
  return `${lines.join('\n')}\n`;
}

/** `1/4.2` where Sluice needs less, `1.30` where it needs more. */
export function formatRatio(ratio: number): string {
  return ratio < 1 ? `1/${(1 / ratio).toFixed(1)}` : ratio.toFixed(2);
}

/** The target of a ratio. */
export const ratioAtMost = (bound: number): Target => ({ text: `≤ ${formatRatio(bound)}`, atMost: bound });

/** A row for what this machine lacks something to measure. */
export const notMeasured = (figure: string, reason: string, target: Target): Row => ({
  figure,
  sluice: reason,
  goal: { value: undefined, target },
});

export const formatMilliseconds = (seconds: number): string => `${(seconds * 1000).toFixed(1)} ms`;

export const formatSeconds = (seconds: number): string => `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;

/** In units of 10^6 and 10^9 bytes. */
export const formatBytes = (bytes: number): string =>
  bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;

import type { Activity } from './activity.ts';
import { columnsOf, cutEnd, cutMiddle, padEnd } from './columns.ts';
import type { Paint, Size, Style } from './telling.ts';
import { showCount, showSeconds } from './units.ts';

/** What the live view shows: the steps that run, in the order in which they began, and how many steps there are of each kind. */
export interface Board {
  readonly begun: number;
  readonly activities: ReadonlyMap<string, Activity>;
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Rows of steps at most, however high the terminal is. */
const MOST_ROWS = 16;
const WIDEST_NAME = 24;
/** A terminal of so many columns has room for a bar of so many. */
const BARS = [
  { from: 100, columns: 30 },
  { from: 60, columns: 10 },
];

/** The rows at the bottom of a terminal, none as wide as it is. */
export function liveRows(board: Board, { columns, rows }: Size, { time, paint }: Drawing): string[] {
  const most = Math.max(1, Math.min(MOST_ROWS, Math.floor(rows / 2) - 1));
  const shown = [...board.activities].slice(0, most);
  const names = shown.map(([name]) => cutMiddle(name, Math.min(WIDEST_NAME, Math.floor(columns / 3))));
  const times = shown.map(([, { begun }]) => showSeconds((time - begun) / 1000));
  const nameColumn = Math.max(...names.map(columnsOf));
  const timeColumn = Math.max(...times.map(columnsOf));
  const bar = BARS.find(({ from }) => columns >= from)?.columns ?? 0;
  const lines = shown.map(([, activity], i) => {
    const parts: Part[] = [
      [`${padEnd(names[i]!, nameColumn)}  `, 'bold'],
      [`${times[i]!.padStart(timeColumn)}  `, 'none'],
      ...showShare(activity.share, bar),
      [activity.describe(time), 'none'],
    ];
    return paintCut(parts, columns - 1, paint);
  });
  const counts = countBoard(board, board.activities.size - shown.length);
  const summary = `${counts} · ${showSeconds((time - board.begun) / 1000)}`;
  lines.push(paintCut([[summary, 'dim']], columns - 1, paint));
  return lines.slice(0, Math.max(0, rows - 2));
}

export interface Drawing {
  /** In milliseconds. */
  readonly time: number;
  readonly paint: Paint;
}

type Part = readonly [text: string, style: Style];

function showShare(share: number | undefined, columns: number): Part[] {
  if (share === undefined) return [];
  const full = Math.round(columns * share);
  const bar: Part[] = [
    ['━'.repeat(full), 'green'],
    [`${'─'.repeat(columns - full)} `, 'dim'],
  ];
  return [...(columns > 0 ? bar : []), [`${Math.floor(100 * share)} %  `.padStart(7), 'none']];
}

/** `12 of 40 done, 3 run, 25 wait`. */
function countBoard({ total, done, failed, skipped, activities }: Board, hidden: number): string {
  const run = activities.size;
  const wait = total - done - failed - skipped - run;
  const parts = [
    `${showCount(done)} of ${showCount(total)} done`,
    count(failed, 'failed'),
    count(skipped, 'not run'),
    count(run, run === 1 ? 'runs' : 'run') + (hidden > 0 ? ` (${showCount(hidden)} not shown)` : ''),
    count(wait, wait === 1 ? 'waits' : 'wait'),
  ];
  return parts.filter((part) => part !== '').join(', ');
}

const count = (steps: number, what: string): string => (steps > 0 ? `${showCount(steps)} ${what}` : '');

/** The parts in their styles, cut to so many columns. */
function paintCut(parts: readonly Part[], columns: number, paint: Paint): string {
  let left = columns;
  let line = '';
  for (const [text, style] of parts) {
    const cut = cutEnd(text, left);
    left -= columnsOf(cut);
    if (cut !== '') line += paint(style, cut);
  }
  return line;
}

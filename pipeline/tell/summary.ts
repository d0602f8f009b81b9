import { join, relative } from 'node:path';
import type { RunRecord } from './record.ts';
import { showCount, showSeconds } from './units.ts';

/** The last lines of a run: what it did, its metrics, and where the results lie. */
export function summarize({ experiment, seconds, status, steps }: RunRecord, results: string): string {
  const counts = countStates(Object.values(steps));
  const told = STATES.flatMap(([state, what]) =>
    counts[state] > 0 ? [`${showCount(counts[state])} ${what}`] : [],
  );
  const lines = [`${experiment} ${status} in ${showSeconds(seconds)}: ${told.join(', ')}`];
  for (const [name, { metrics }] of Object.entries(steps)) {
    if (metrics !== undefined) lines.push(`  ${name}: ${showMetrics(metrics)}`);
  }
  const folder = relative('', results) || '.';
  lines.push(
    `  results: ${folder}${folder.endsWith('/') ? '' : '/'}`,
    `  record:  ${join(folder, 'run.json')}`,
  );
  return `\n${lines.join('\n')}\n`;
}

const STATES = [
  ['ran', 'ran'],
  ['hit', 'unchanged'],
  ['failed', 'failed'],
  ['skipped', 'not run'],
] as const;

type State = (typeof STATES)[number][0];

/** How many steps came to each state. */
export function countStates(steps: readonly { readonly state: State }[]): Record<State, number> {
  const counts = { ran: 0, hit: 0, failed: 0, skipped: 0 };
  for (const { state } of steps) counts[state]++;
  return counts;
}

/** The metrics that are plain numbers. */
function showMetrics(metrics: Readonly<Record<string, unknown>>): string {
  return Object.entries(metrics)
    .flatMap(([name, value]) =>
      typeof value === 'number' ? [`${name} ${Number(value.toPrecision(4))}`] : [],
    )
    .join(', ');
}

import { join, relative } from 'node:path';
import type { RunRecord } from './record.ts';
import { showSeconds } from './report.ts';

/** The last lines of a run: what it did, its metrics, and where the results lie. */
export function summarize({ experiment, seconds, status, steps }: RunRecord, results: string): string {
  const states = Object.values(steps).map(({ state }) => state);
  const count = (state: string): number => states.filter((other) => other === state).length;
  const counts = [
    [count('ran'), 'ran'],
    [count('hit'), 'unchanged'],
    [count('failed'), 'failed'],
    [count('skipped'), 'not run'],
  ] as const;
  const told = counts.flatMap(([number, what]) => (number > 0 ? [`${number} ${what}`] : []));
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

/** The metrics that are plain numbers. */
function showMetrics(metrics: Readonly<Record<string, unknown>>): string {
  return Object.entries(metrics)
    .flatMap(([name, value]) =>
      typeof value === 'number' ? [`${name} ${Number(value.toPrecision(4))}`] : [],
    )
    .join(', ');
}

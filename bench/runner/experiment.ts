import { join } from 'node:path';
import { ROOT, runExperiment, SLUICE, type Workspace } from '../sluice.ts';
import { median } from '../statistics.ts';
import { formatSeconds, type Row } from '../table.ts';
import { alternate, BARE, differences, secondsOf } from './rounds.ts';

/** Seconds above a bare start of Node. */
const MOST = 0.06;

/** Rows of config/imdb.yaml with nothing to do. */
export async function experimentRows(workspace: Workspace, rounds: number): Promise<Row[]> {
  await runExperiment(workspace);
  const { folder, parameters } = workspace;
  const places = ['--store', join(folder, 'store'), '--results', join(folder, 'results')];
  const command = [...SLUICE, 'run', join(ROOT, 'config/imdb.yaml'), ...parameters, ...places] as const;
  const { ours, node } = await alternate({ ours: { command }, node: BARE }, rounds);
  const { record } = await runExperiment(workspace);
  const states = Object.values(record.steps).map(({ state }) => state);
  if (states.some((state) => state !== 'hit')) throw new Error('a step ran though nothing had changed');
  const above = median(differences(ours, node))!;
  return [
    {
      figure: `nothing to do in config/imdb.yaml, ${states.length} steps: wall time (above \`node -e 0\`)`,
      sluice: `${formatSeconds(median(secondsOf(ours))!)} (${Math.round(above * 1000)} ms)`,
      peer: `node: ${formatSeconds(median(secondsOf(node))!)}`,
      goal: { value: above, target: { text: `≤ ${MOST * 1000} ms`, atMost: MOST } },
    },
  ];
}

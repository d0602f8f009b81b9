import { mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SLUICE, type Workspace } from '../sluice.ts';
import { median, medianRatio } from '../statistics.ts';
import { formatSeconds, type Row } from '../table.ts';
import { alternate, secondsOf } from './rounds.ts';

const MOST = 1.15;

/** Rows of `decode | vectorize | split` through the runner with an empty store, beside a shell's pipe. */
export async function streamRows({ folder }: Workspace, rounds: number): Promise<Row[]> {
  const cwd = join(folder, 'streams');
  mkdirSync(cwd);
  const npz = join(folder, 'data/imdb.npz');
  const steps = {
    decode: { stage: 'decode', in: npz, with: { words: 10_000 } },
    vectorize: { stage: 'vectorize', in: 'decode', with: { dimension: 10_000 } },
    split: { stage: 'split', in: 'vectorize', with: { validation: 10_000 } },
  };
  // A step that may be tried again takes no part in a pipe.
  const apart = Object.entries(steps).map(([name, step]) => [name, { ...step, retries: 1 }]);
  writeFileSync(join(cwd, 'streams.yaml'), JSON.stringify({ steps }));
  writeFileSync(join(cwd, 'apart.yaml'), JSON.stringify({ steps: Object.fromEntries(apart) }));
  const empty = (): Promise<void> => rm(join(cwd, '.sluice'), { recursive: true, force: true });
  const run = (file: string) => [...SLUICE, 'run', file] as const;
  const [node, cli] = SLUICE;
  const { ours, shell, single } = await alternate(
    {
      ours: { command: run('streams.yaml'), cwd, before: empty },
      shell: { command: ['bash', '-c', PIPE], environment: { NODE: node, CLI: cli, NPZ: npz }, cwd },
      single: { command: run('apart.yaml'), cwd, before: empty },
    },
    rounds,
  );
  const ratio = medianRatio(secondsOf(ours), secondsOf(shell));
  const format = (costs: typeof ours): string => formatSeconds(median(secondsOf(costs))!);
  return [
    {
      figure:
        '`decode`, `vectorize`, `split`, cold, beside the shell’s `decode | vectorize | split`: wall time',
      sluice: format(ours),
      peer: format(shell),
      ratio,
      goal: { value: ratio, target: { text: `≤ ${MOST}`, atMost: MOST } },
    },
    {
      figure: '— beside the runner without pipes, each step after the one that it reads',
      sluice: format(ours),
      peer: format(single),
      ratio: medianRatio(secondsOf(ours), secondsOf(single)),
    },
  ];
}

const PIPE = `set -o pipefail
"$NODE" "$CLI" decode --words 10000 < "$NPZ" | "$NODE" "$CLI" vectorize --dimension 10000 |
  "$NODE" "$CLI" split --validation 10000 > split.arrows`;

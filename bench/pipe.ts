import { join } from 'node:path';
import type { KerasRun } from './keras.ts';
import { type Cost, measure } from './measure.ts';
import { SLUICE } from './sluice.ts';
import { known, median, medianRatio } from './statistics.ts';
import { formatBytes, formatSeconds, type Row } from './table.ts';

/** What each of the two may hold, in bytes. */
const MOST = 400e6;

/** `decode` and `vectorize` as a person pipes them in a shell. */
export function measurePipe(npz: string, folder: string): Promise<Cost> {
  const [node, cli] = SLUICE;
  const script =
    'set -e; set -o pipefail; "$NODE" "$CLI" decode --words 10000 < "$NPZ" | "$NODE" "$CLI" vectorize --dimension 10000 > "$OUT"';
  const variables = { NODE: node, CLI: cli, NPZ: npz, OUT: join(folder, 'vectors.arrows') };
  return measure(['bash', '-c', script], variables);
}

/** Rows of the pipe against Keras's decode and vectorize, round by round. */
export function pipeRows(ours: readonly Cost[], theirs: readonly KerasRun[]): Row[] {
  const seconds = ours.map((cost) => cost.seconds);
  const peers = theirs.map(({ report }) => report.seconds['decode']! + report.seconds['vectorize']!);
  const peer = median(peers);
  return [
    {
      figure: '`decode | vectorize`: wall time, start-up of both counted (Keras: without its import)',
      sluice: formatSeconds(median(seconds)!),
      peer: peer === undefined ? undefined : formatSeconds(peer),
      ratio: medianRatio(seconds, peers),
    },
    ...['decode', 'vectorize'].map((stage): Row => {
      const bytes = largest(ours, stage);
      return {
        figure: `— peak memory of \`${stage}\` (VmHWM, the most of all rounds)`,
        sluice: bytes === undefined ? '?' : formatBytes(bytes),
        goal: { value: bytes, target: { text: `< ${formatBytes(MOST)}`, atMost: MOST } },
      };
    }),
  ];
}

/** The most that a stage's process held. The shell's own command line names the stages too. */
function largest(costs: readonly Cost[], stage: string): number | undefined {
  const peaks = known(costs.map(({ peak }) => peak)).flatMap(({ processes }) => processes);
  const sizes = peaks
    .filter(({ command }) => command.includes(`sluice.cjs ${stage} `))
    .map(({ resident }) => resident);
  return sizes.length === 0 ? undefined : Math.max(...sizes);
}

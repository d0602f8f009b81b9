import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cost, measure } from '../measure.ts';
import { SLUICE } from '../sluice.ts';
import { known, median } from '../statistics.ts';
import { formatBytes, formatSeconds, type Row } from '../table.ts';
import { alternate, BARE, differences, secondsOf } from './rounds.ts';

const SIZES = [1000, 3000, 10_000] as const;
/** At the largest size. */
const MOST = { seconds: 1.5, bytes: 300e6, growth: 1.3 };

/**
 * Rows of large graphs in which every step is a hit. A graph is the beginning of the next larger one, so that each command really runs,
 * once, and each size is measured before the next one's entries come into the store.
 */
export async function planningRows(
  folder: string,
  rounds: number,
  say: (line: string) => void,
): Promise<Row[]> {
  const cwd = join(folder, 'planning');
  mkdirSync(cwd);
  const rows: Row[] = [];
  const above: number[] = [];
  for (const size of SIZES) {
    writeFileSync(join(cwd, 'graph.yaml'), generateGraph(size));
    const command = [...SLUICE, 'run', 'graph.yaml', '--jobs', '8'] as const;
    say(`${size} steps run, once`);
    const { seconds } = await measure(command, {}, cwd);
    say(`they took ${formatSeconds(seconds)}`);
    const sides = {
      hits: { command, cwd },
      plan: { command: [...command, '--dry-run'] as const, cwd },
      node: BARE,
    };
    const { hits, plan, node } = await alternate(sides, rounds);
    above.push(median(differences(hits, node))!);
    rows.push(...sizeRows(size, hits, plan));
  }
  return [...rows, growthRow(above)];
}

/** A hundred chains side by side, of commands that bash does by itself. */
function generateGraph(size: number): string {
  const lines = Array.from({ length: size }, (_, i) =>
    i < 100
      ? `  s${i}: { command: 'echo ${i}' }`
      : `  s${i}: { command: 'read -r n; echo $((n + ${i}))', in: s${i - 100} }`,
  );
  return `steps:\n${lines.join('\n')}\n`;
}

function sizeRows(size: number, hits: readonly Cost[], plan: readonly Cost[]): Row[] {
  const seconds = median(secondsOf(hits))!;
  const bytes = largest(hits);
  const judged = size === SIZES.at(-1);
  const goal = (value: number | undefined, text: string, atMost: number): Pick<Row, 'goal'> =>
    judged ? { goal: { value, target: { text, atMost } } } : {};
  return [
    {
      figure: `a graph of ${size.toLocaleString('en')} steps, all hits: wall time`,
      sluice: formatSeconds(seconds),
      ...goal(seconds, `≤ ${formatSeconds(MOST.seconds)}`, MOST.seconds),
    },
    { figure: '— with `--dry-run`', sluice: formatSeconds(median(secondsOf(plan))!) },
    {
      figure: '— peak memory (VmHWM)',
      sluice: bytes === undefined ? '?' : formatBytes(bytes),
      ...goal(bytes, `≤ ${formatBytes(MOST.bytes)}`, MOST.bytes),
    },
  ];
}

/** How much more a step of the largest graph costs than one of the middle one; the start of Node is in neither. */
function growthRow([, middle, large]: readonly number[]): Row {
  const [, second, third] = SIZES;
  const growth = large! / third / (middle! / second);
  return {
    figure: '— a step at 10,000, beside one at 3,000',
    sluice: `${growth.toFixed(2)} ×`,
    goal: { value: growth, target: { text: `linear: ≤ ${MOST.growth} ×`, atMost: MOST.growth } },
  };
}

function largest(costs: readonly Cost[]): number | undefined {
  const peaks = known(costs.map(({ peak }) => peak)).flatMap(({ processes }) => processes);
  return median(
    peaks.filter(({ command }) => command.includes(' run graph.yaml')).map(({ resident }) => resident),
  );
}

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cost, measure } from '../measure.ts';
import { median, medianRatio } from '../statistics.ts';
import { formatSeconds, type Row } from '../table.ts';
import { sluice } from './installed.ts';
import { findPeers } from './peers.ts';
import type { ChainStep, Peer } from './project.ts';
import { alternate, BARE, differences, secondsOf, type Side } from './rounds.ts';

const STEPS = 7;
/** Seconds above a bare start of Node. */
const MOST = 0.06;

/** Rows of runs of a chain with nothing to do, beside each peer. */
export async function chainRows(folder: string, rounds: number, say: (line: string) => void): Promise<Row[]> {
  const { peers, missing } = findPeers(join(folder, 'peers'));
  for (const { name, reason } of missing) say(`${name} is left out: ${reason}`);
  const projects = [];
  for (const [i, peer] of [sluice, ...peers].entries())
    projects.push(await prepare(join(folder, `chain-${i}`), peer));
  const sides = Object.fromEntries(projects.map(({ name, side }): [string, Side] => [name, side]));
  const costs: Readonly<Record<string, Cost[]>> = await alternate({ ...sides, node: BARE }, rounds);
  for (const { name, log } of projects)
    if (countLines(log.file) !== log.lines) throw new Error(`${name} ran a command when nothing was to do`);

  const [ours, node] = [costs['Sluice']!, costs['node']!];
  const describe = (name: string): string => {
    const took = formatSeconds(median(secondsOf(costs[name]!))!);
    return `${took} (${formatMilliseconds(median(differences(costs[name]!, node))!)})`;
  };
  const above = median(differences(ours, node))!;
  return [
    {
      figure: 'nothing to do in a chain of 7 commands: wall time (above `node -e 0`)',
      sluice: describe('Sluice'),
      peer: `node: ${formatSeconds(median(secondsOf(node))!)}`,
      goal: { value: above, target: { text: `≤ ${formatMilliseconds(MOST)}`, atMost: MOST } },
    },
    ...peers.map(({ name, native }): Row => {
      const ratio = medianRatio(secondsOf(ours), secondsOf(costs[name]!));
      const row = { figure: `— beside ${name}`, sluice: '', peer: describe(name), ratio };
      return native ? row : { ...row, goal: { value: ratio, target: { text: 'no slower', atMost: 1 } } };
    }),
    ...missing.map(({ name, reason }): Row => ({
      figure: `— beside ${name}`,
      sluice: '',
      peer: `not measured: ${reason}`,
    })),
  ];
}

/** Writes a peer's project, and runs it until nothing is left to do. */
async function prepare(folder: string, peer: Peer) {
  mkdirSync(folder);
  const file = join(folder, 'log');
  writeFileSync(join(folder, 's0.txt'), 'hello\n');
  const chain = Array.from({ length: STEPS }, (_, i): ChainStep => ({
    name: `s${i + 1}`,
    filter: `echo s${i + 1} >> '${file}'; tr a-z b-za`,
    from: `s${i}.txt`,
    to: `s${i + 1}.txt`,
  }));
  peer.write(folder, chain);
  const side = peer.run(folder);
  let lines = 0;
  for (let before = -1; before < lines;) {
    before = lines;
    await measure(side.command, side.environment, side.cwd);
    lines = countLines(file);
  }
  if (lines < STEPS) throw new Error(`${peer.name} ran ${lines} of ${STEPS} commands`);
  return { name: peer.name, side, log: { file, lines } };
}

const countLines = (file: string): number => readFileSync(file, 'utf8').split('\n').length - 1;

const formatMilliseconds = (seconds: number): string => `${Math.round(seconds * 1000)} ms`;

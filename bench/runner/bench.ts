import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeMachine } from '../machine.ts';
import { fetchData, ROOT, type Workspace } from '../sluice.ts';
import { judge, type Row, toMarkdown } from '../table.ts';
import { chainRows } from './chain.ts';
import { experimentRows } from './experiment.ts';
import { planningRows } from './planning.ts';
import { streamRows } from './streams.ts';

const PARTS = ['chain', 'experiment', 'planning', 'streams'] as const;

const USAGE = `npm run bench:runner -- [options]

Measures the runner: against its peers where they are installed or npm brings them, on config/imdb.yaml, on large graphs, and
against a plain shell. Writes a table to stdout and bench/RUNNER.md. Exit code 1 if a target is missed. Takes some minutes.

  --params FILE  parameters that replace the experiment's, as for \`sluice run\`
  --rounds N     how often each side is measured [default: 11; a third of it for what takes seconds]
  --only NAME    one part: ${PARTS.join(', ')}; may be repeated; nothing is written to bench/RUNNER.md`;

const say = (line: string): void => console.error(`bench: ${line}`);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      params: { type: 'string' },
      rounds: { type: 'string', default: '11' },
      only: { type: 'string', multiple: true, default: [...PARTS] },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return console.log(USAGE);
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError(`--rounds is "${values.rounds}"`);
  const parts = PARTS.filter((part) => values.only.includes(part));
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  try {
    const rows = await collectRows({ folder, rounds, parts, params: values.params });
    report(rows, { rounds, whole: parts.length === PARTS.length });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function collectRows({
  folder,
  rounds,
  parts,
  params,
}: {
  readonly folder: string;
  readonly rounds: number;
  readonly parts: readonly (typeof PARTS)[number][];
  readonly params: string | undefined;
}): Promise<Row[]> {
  const few = Math.ceil(rounds / 3);
  let workspace: Promise<Workspace> | undefined;
  const data = async (): Promise<Workspace> => {
    workspace ??= fetchData(folder, params).then((parameters) => ({ folder, parameters }));
    return workspace;
  };
  const rowsOf = {
    chain: () => chainRows(folder, rounds, say),
    experiment: async () => experimentRows(await data(), rounds),
    planning: () => planningRows(folder, few, say),
    streams: async () => streamRows(await data(), few),
  };
  const rows: Row[] = [];
  for (const part of parts) {
    say(part);
    rows.push(...(await rowsOf[part]()));
  }
  return rows;
}

function report(rows: readonly Row[], { rounds, whole }: { rounds: number; whole: boolean }): void {
  const about = describeMachine({ Sluice: { node: process.versions.node } });
  const text = `# What the runner costs\n\n${EXPLANATION(rounds)}\n\n${about.join('\n')}\n\n${toMarkdown(rows, 'peer')}`;
  process.stdout.write(text);
  if (whole) {
    mkdirSync(join(ROOT, 'bench'), { recursive: true });
    writeFileSync(join(ROOT, 'bench/RUNNER.md'), text);
  }
  const missed = rows.filter((row) => judge(row) === 'missed');
  if (missed.length > 0) process.exitCode = 1;
  say(missed.length === 0 ? 'no target was missed' : `${missed.length} targets were missed`);
}

const EXPLANATION = (rounds: number): string =>
  `Written by \`npm run bench:runner\`. Medians of ${rounds} rounds (of ${Math.ceil(rounds / 3)} for large graphs and streams), and of the rounds'
differences and ratios, all sides by turns. The chain is seven commands, each from one file to the next; that none of them ran
while "nothing to do" was measured is checked. wireit and Turborepo are called as npm would call them, without npm's own start.`;

await main();

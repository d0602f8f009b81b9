import type { Random } from '../../src/random.ts';

/** A step as it stands in the YAML. What it writes is a function of what it reads, and of nothing else. */
export interface GeneratedStep {
  readonly command?: string;
  readonly stage?: string;
  readonly in?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly outputs?: Readonly<Record<string, string>>;
}

/**
 * A random experiment of 5 to 10 commands: chains, fans and joins, outputs from nothing to 2 MB, some commands with two. In every
 * fourth experiment a stage writes two files. Each command first adds a line to a file in `log`, named like its step.
 */
export function generateExperiment(random: Random, log: string): Map<string, GeneratedStep> {
  const steps = new Map<string, GeneratedStep>();
  const outputs: string[] = [];
  const pick = <T>(items: readonly T[]): T => items[random.below(items.length)]!;
  const add = (body: string, more: GeneratedStep = {}): void => {
    const name = `s${steps.size}`;
    steps.set(name, { command: `echo ${name} >> '${log}/${name}'; ${body}`, ...more });
    outputs.push(name, ...Object.keys(more.outputs ?? {}).map((output) => `${name}.${output}`));
  };
  add(pick(BIG_SOURCES));
  add(LINGERING, { in: 's0' });
  for (let more = 3 + random.below(6); more > 0; more--) {
    // Mostly the newest output is read, which makes chains; else any, which makes fans.
    const from = random.below(3) > 0 ? outputs.at(-1)! : pick(outputs);
    const kind = random.below(8);
    if (kind === 0) add(pick(SOURCES));
    else if (kind === 1) add(pick(JOINS), { files: { 'a.txt': from, 'b.txt': pick(outputs) } });
    else if (kind === 2) add(HALVES, { in: from, outputs: { rest: 'rest.txt' } });
    else add(pick(FILTERS), { in: from });
  }
  if (random.below(4) === 0) {
    add(HISTORY);
    steps.set('curves', { stage: 'plot', in: outputs.at(-1)! });
  }
  return steps;
}

/** JSON is YAML, too. */
export const toYaml = (steps: ReadonlyMap<string, GeneratedStep>): string =>
  JSON.stringify({ steps: Object.fromEntries(steps) }, null, 2);

const BIG_SOURCES = ['seq 1 300000', 'seq 1 120000', 'seq 1000 7 900000'];

const SOURCES = [...BIG_SOURCES, 'true', 'echo one', `head -c 3000000 /dev/zero | tr '\\0' x`];

/** The sleeping ones give a kill time to come between two parts of an output. */
const FILTERS = [
  'cat',
  'sha256sum',
  'sort -r',
  'sort -n | uniq -c',
  'tac',
  'tr 0-9 a-j',
  'cut -c 2-',
  'wc -c',
  'tail -c 5000',
  'od -An -tx1 | head -n 5000',
  // What writes to these must be kept whole though they read no more of it.
  'head -n 7',
  'head -c 100000',
  'echo nothing is read',
  `awk '{ sum += $1 * NR % 1009 } END { print sum }'`,
  `awk '{ print $1, NR % 97 } NR % 40000 == 0 { fflush(); system("sleep 0.05") }'`,
  'sort -r; sleep 0.1; echo the end',
  'sleep 0.1; cat; sleep 0.1',
];

/** It leaves something running, which must not outlive its step, nor its runner. */
const LINGERING = 'sleep 60 > /dev/null 2>&1 & sleep 0.1; cat; sleep 0.1';

const JOINS = ['paste -d , a.txt b.txt', 'cat b.txt a.txt | sort | uniq -c', 'cksum a.txt b.txt; cat a.txt'];

const HALVES = `: > rest.txt; awk 'NR % 2 { print; next } { print > "rest.txt" }'`;

const HISTORY = `awk 'BEGIN { for (i = 1; i < 9; i++) printf "{\\"epoch\\":%d,\\"seconds\\":1,\\"loss\\":%.3f,\\"accuracy\\":%.3f}\\n", i, 1 / i, 1 - 1 / (i + 1) }'`;

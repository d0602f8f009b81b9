import { spawnSync } from 'node:child_process';
import { createReadStream, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { collectRows } from '../src/engine/collect.ts';
import { createWasmEngine } from '../src/engine/wasm/engine.ts';
import { readKernels } from '../src/engine/wasm/kernel-file.ts';
import { vectors } from '../src/formats/vectors.ts';
import { checkSame, prepare, type Run, runC, runOurs, type Task } from './same-training.ts';
import { ROOT, stepOutput, type Workspace } from './sluice.ts';
import { median, medianRatio } from './statistics.ts';
import { formatMilliseconds, notMeasured, ratioAtMost, type Row } from './table.ts';

const PLAIN = ['-O3', '-march=native'];

/** `sqrtf` need not set errno, which keeps GCC from making vectors of it; no result depends on it. */
const BEST = [...PLAIN, '-fno-math-errno'];

const FIGURE = 'an epoch of 15,000 rows, the engine alone, against C';

/**
 * Rows of our engine against the same arithmetic in C, on one thread. Each round is a training of 20 epochs on each side, from the
 * same weights in the same order; its figure is that of the epoch in the middle. Ours has had one such training before, in
 * which V8 has optimized it.
 */
export async function cRows(workspace: Workspace, rounds: number): Promise<Row[]> {
  const folder = mkdtempSync(join(workspace.folder, 'c-'));
  const [best, plain] = [compile(BEST, join(folder, 'best')), compile(PLAIN, join(folder, 'plain'))];
  if (best === undefined || plain === undefined)
    return [notMeasured(FIGURE, 'no `cc` here', ratioAtMost(1.3))];
  const task = await readTask(workspace);
  const engine = await createWasmEngine(readKernels());
  const [first] = runOurs(engine, task).seconds;
  const short = { ...task, epochs: 1 };
  checkSame(runC(best, folder, short), runOurs(engine, short));
  const sides = [
    { run: () => runOurs(engine, task), middles: [] as number[] },
    { run: () => runC(best, folder, task), middles: [] as number[] },
    { run: () => runC(plain, folder, task), middles: [] as number[] },
  ] as const;
  for (let round = 0; round < rounds; round++)
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) side.middles.push(middle(side.run()));

  const [ours, ...theirs] = sides.map(({ middles }) => middles);
  const rows = theirs.map((peer, i): Row => {
    const ratio = medianRatio(ours!, peer);
    return {
      figure: `${i === 0 ? FIGURE : '— the same'} (cc ${(i === 0 ? BEST : PLAIN).join(' ')})`,
      sluice: formatMilliseconds(median(ours!)!),
      peer: `${formatMilliseconds(median(peer)!)} (C)`,
      ratio,
      goal: { value: ratio, target: ratioAtMost(1.3) },
    };
  });
  return [
    ...rows,
    {
      figure: '— the first epoch of the process, before V8 has optimized',
      sluice: formatMilliseconds(first!),
    },
  ];
}

const middle = ({ seconds }: Run): number => median(seconds)!;

/** The program; `undefined` where there is no compiler. Throws where it refuses. */
function compile(options: readonly string[], program: string): string | undefined {
  const source = join(ROOT, 'bench/training.c');
  const { error, status, stderr } = spawnSync('cc', [...options, '-o', program, source, '-lm'], {
    encoding: 'utf8',
  });
  if (error !== undefined) return undefined;
  if (status !== 0) throw new Error(`cc does not compile bench/training.c:\n${stderr}`);
  return program;
}

async function readTask(workspace: Workspace): Promise<Task> {
  const input = createReadStream(await stepOutput(workspace, 'split', 'out'));
  const [rows] = await collectRows(vectors.read(input), ['train']);
  // In a buffer that doesn't shrink, and so for any number of trainers.
  return prepare({ ...rows, indices: rows.indices.slice() });
}

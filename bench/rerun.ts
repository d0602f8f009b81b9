import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from './measure.ts';
import { runExperiment, type Workspace } from './sluice.ts';
import { median } from './statistics.ts';
import { formatBytes, formatSeconds, type Row } from './table.ts';

/** Rows of a run with nothing changed. */
export async function rerunRows(workspace: Workspace, rounds: number): Promise<Row[]> {
  await runExperiment(workspace);
  const [seconds, memory, bare]: [number[], number[], number[]] = [[], [], []];
  const misses = new Set<string>();
  let steps = 0;
  for (let round = 0; round < rounds; round++) {
    const run = await runExperiment(workspace);
    seconds.push(run.seconds);
    if (run.peak) memory.push(run.peak.together);
    bare.push((await measure([process.execPath, '-e', '0'])).seconds);
    const states = Object.entries(run.record.steps);
    steps = states.length;
    for (const [name, { state }] of states) if (state !== 'hit') misses.add(name);
  }
  const took = `${formatSeconds(median(seconds)!)} (\`node -e 0\`: ${formatSeconds(median(bare)!)})`;
  const held = median(memory);
  return [
    { figure: 'rerun with nothing changed: wall time', sluice: took },
    ...(held === undefined ? [] : [{ figure: '— peak memory', sluice: formatBytes(held) }]),
    {
      figure: '— steps that are hits',
      sluice: `${steps - misses.size} of ${steps}${misses.size ? `, not ${[...misses].join(', ')}` : ''}`,
      goal: { value: misses.size, target: { text: 'every one', atMost: 0 } },
    },
    await loadedRow(workspace),
  ];
}

/** Whether a rerun loads TensorFlow, and, so that a blind look can't pass for a no, whether the look finds it where it must be. */
async function loadedRow(workspace: Workspace): Promise<Row> {
  const figure = '— processes that load TensorFlow';
  const target = { text: 'none', atMost: 0 };
  const control = await countLoaded(workspace, ['--force=evaluate']);
  if (control.loaded === 0)
    throw new Error('an evaluation was not seen to load TensorFlow: the check is blind');
  const { processes, loaded } = await countLoaded(workspace, []);
  return {
    figure,
    sluice: `${loaded} of ${processes} (with \`--force=evaluate\`, ${control.loaded} of ${control.processes})`,
    goal: { value: loaded, target },
  };
}

async function countLoaded(
  workspace: Workspace,
  more: readonly string[],
): Promise<{ processes: number; loaded: number }> {
  const folder = mkdtempSync(join(workspace.folder, 'libraries-'));
  await runExperiment(workspace, more, {
    NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --import ${new URL('libraries.js', import.meta.url).href}`,
    BENCH_LIBRARIES_FOLDER: folder,
  });
  const lists = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  // The binding, the library, and TensorFlow.js itself.
  const loaded = lists.filter((list) => /tfjs_binding|libtensorflow|@tensorflow\/tfjs/.test(list));
  return { processes: lists.length, loaded: loaded.length };
}

import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import type { Cost } from './measure.ts';
import { runExperiment, type Run, type Workspace } from './sluice.ts';
import { known, median, medianRatio } from './statistics.ts';
import { formatBytes, formatSeconds, ratioAtMost, type Row } from './table.ts';

/** The whole experiment, with an empty store. */
export async function measureCold({ folder, parameters }: Workspace): Promise<Run> {
  const empty = join(folder, 'cold');
  await rm(empty, { recursive: true, force: true });
  return runExperiment({ folder: empty, parameters });
}

/** Rows of the whole experiment against the whole Keras script, round by round. */
export function coldRows(ours: readonly Cost[], theirs: readonly Cost[]): Row[] {
  const seconds = compare(ours, theirs, (run) => run.seconds);
  const memory = compare(ours, theirs, (run) => run.peak?.together);
  const summed = compare(ours, theirs, (run) => run.peak?.resident);
  const largest = compare(
    ours,
    theirs,
    ({ peak }) => peak && Math.max(...peak.processes.map(({ resident }) => resident)),
  );
  return [
    {
      ...show('the whole experiment, cold: wall time', seconds, formatSeconds),
      goal: { value: seconds.ratio, target: ratioAtMost(1 / 10) },
    },
    {
      ...show('— peak memory of all processes together', memory, formatBytes),
      goal: { value: memory.ratio, target: ratioAtMost(1 / 15) },
    },
    show('— the same, shared pages counted in each process (sum of RSS)', summed, formatBytes),
    show('— the largest single process (VmHWM)', largest, formatBytes),
  ];
}

function show(figure: string, { ours, theirs, ratio }: Comparison, format: (value: number) => string): Row {
  return {
    figure,
    sluice: ours === undefined ? '?' : format(ours),
    peer: theirs === undefined ? undefined : format(theirs),
    ratio,
  };
}

interface Comparison {
  readonly ours: number | undefined;
  readonly theirs: number | undefined;
  readonly ratio: number | undefined;
}

/** Medians of a figure of either side, and of the ratio. */
function compare(
  ours: readonly Cost[],
  theirs: readonly Cost[],
  figure: (cost: Cost) => number | undefined,
): Comparison {
  const [a, b] = [ours.map(figure), theirs.map(figure)];
  return { ours: median(known(a)), theirs: median(known(b)), ratio: medianRatio(a, b) };
}

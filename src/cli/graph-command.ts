import { existsSync } from 'node:fs';
import type { Plan } from '../../pipeline/decision.ts';
import type { Step } from '../../pipeline/experiment.ts';
import { toDot } from '../../pipeline/graph/graph-dot.ts';
import { toMermaid } from '../../pipeline/graph/graph-mermaid.ts';
import { dotToSvg } from '../../pipeline/graph/graph-svg.ts';
import { ProblemsFound, readExperiment } from './experiment.ts';
import { writeText } from './output.ts';
import { readRunOptions, type RunOptions } from './run-options.ts';
import type { Selection } from './selection.ts';
import { planSelection } from './session.ts';

/** `sluice graph FILE [STEP…]`: the steps and what flows between them, as text that becomes a picture, or as one. */
export async function graphCommand(args: string[]): Promise<number> {
  const options = await readRunOptions('graph', args);
  if (options === undefined) return 0;
  const selection = await readExperiment(options);
  const plan = await planIfPossible(selection, options.store);
  await writeText(await draw(options.format, selection.steps, plan));
  return 0;
}

async function draw(format: RunOptions['format'], steps: readonly Step[], plan?: Plan): Promise<string> {
  if (format === 'mermaid') return toMermaid(steps, plan);
  const dot = toDot(steps, plan);
  return format === 'dot' ? dot : dotToSvg(dot);
}

/** A graph can be drawn without a store, and without the files that the steps read: then it tells nothing of hits. */
async function planIfPossible(selection: Selection, store: string): Promise<Plan | undefined> {
  if (!existsSync(store)) return undefined;
  try {
    return (await planSelection(selection, store)).plan;
  } catch (error) {
    if (error instanceof ProblemsFound) return undefined;
    throw error;
  }
}

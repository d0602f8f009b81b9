import type { Experiment, Step } from '../../pipeline/experiment.ts';
import { checkNames, selectSteps, withDependents } from '../../pipeline/graph.ts';
import { parseExperiment } from '../../pipeline/parse.ts';
import { formatProblem, type Problem, type Result } from '../../pipeline/problem.ts';
import { StageError } from '../error.ts';
import { loadStage, stageNames } from './catalog.ts';
import type { RunOptions } from './run-options.ts';

/** Parses the experiment and selects the steps. */
export async function readExperiment({
  file,
  text,
  steps,
  params,
  set,
  from,
  force,
}: RunOptions): Promise<{ experiment: Experiment; steps: Step[] }> {
  const catalog = { names: stageNames, load: loadStage };
  const experiment = take(await parseExperiment(file, text, { catalog, overrides: { file: params, set } }));
  const forced = force === 'all' ? [] : force;
  take(checkNames(experiment, [...steps, ...from, ...forced]));
  const selected = selectSteps(experiment, [...steps, ...withDependents(experiment, from)]);
  const idle = forced.find((name) => !selected.some((step) => step.name === name));
  if (idle !== undefined)
    throw new StageError('USAGE', `--force=${idle}: it is not among the steps that were asked for`);
  return { experiment, steps: selected };
}

/** The value; throws `ProblemsFound`, where there is none. */
export function take<T>(result: Result<T>): T {
  if (result.ok) return result.value;
  throw new ProblemsFound(result.problems);
}

/** Mistakes in an experiment, or in which of its steps were asked for: exit code 2. */
export class ProblemsFound extends Error {
  constructor(problems: readonly Problem[]) {
    const count = problems.length === 1 ? '1 mistake' : `${problems.length} mistakes`;
    super(`${problems.map(formatProblem).join('\n\n')}\n\n${count}; nothing was run`);
  }
}

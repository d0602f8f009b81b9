import type { Experiment } from '../../pipeline/experiment.ts';
import { checkNames, expandNames, selectSteps, withDependents } from '../../pipeline/graph.ts';
import { formatProblem, type Problem, type Result } from '../../pipeline/problem.ts';
import { StageError } from '../error.ts';
import { parsedPath, readParsed } from './parsed.ts';
import type { RunOptions } from './run-options.ts';
import type { Selection } from './selection.ts';

/** Parses the experiment and selects the steps. Throws `ProblemsFound` and `USAGE`. */
export async function readExperiment(options: RunOptions): Promise<Selection> {
  const { from } = options;
  const path = parsedPath(options);
  const kept = readParsed(path);
  const experiment = kept ?? (await parse(options));
  const force = options.force === 'all' ? [] : options.force;
  take(checkNames(experiment, [...options.steps, ...from, ...force]));
  const named = expandNames(experiment, options.steps);
  const after = withDependents(experiment, expandNames(experiment, from));
  const steps = selectSteps(experiment, [...named, ...after]);
  const selected = new Set(steps.map(({ name }) => name));
  const forced =
    options.force === 'all' ? [...(options.only ? named : selected)] : expandNames(experiment, force);
  const idle = forced.find((name) => !selected.has(name));
  if (idle !== undefined)
    throw new StageError('USAGE', `--force=${idle}: it is not among the steps that were asked for`);
  return { experiment, steps, named, forced, parsed: { path, isKept: kept !== undefined } };
}

async function parse({ file, text, params, set }: RunOptions): Promise<Experiment> {
  const [{ parseExperiment }, { loadStage, stageNames }] = await Promise.all([
    import('../../pipeline/yaml/parse.ts'),
    import('./catalog.ts'),
  ]);
  const catalog = { names: stageNames, load: loadStage };
  return take(await parseExperiment(file, text, { catalog, overrides: { file: params, set } }));
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

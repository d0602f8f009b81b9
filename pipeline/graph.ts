import { suggest } from '../src/nearest.ts';
import { needs, type Experiment, type Step } from './experiment.ts';
import { failure, success, type Problem, type Result } from './problem.ts';

/** The steps, each after those that it needs and otherwise as written; a problem for a cycle. Unknown needs are passed over. */
export function orderSteps(steps: readonly Step[]): Result<Step[]> {
  const byName = new Map(steps.map((step) => [step.name, step]));
  const ordered: Step[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const problems: Problem[] = [];
  const told = new Set<string>();

  // An explicit stack: a chain of thousands of steps must not overflow the call stack.
  for (const root of steps) {
    const stack = [{ step: root, rest: needs(root) }];
    if (state.has(root.name)) continue;
    state.set(root.name, 'open');
    while (stack.length > 0) {
      const { step, rest } = stack.at(-1)!;
      const next = rest.shift();
      if (next === undefined) {
        state.set(step.name, 'done');
        ordered.push(step);
        stack.pop();
        continue;
      }
      const needed = byName.get(next);
      if (needed === undefined || state.get(next) === 'done') continue;
      if (state.get(next) === 'open') {
        const path = stack.map((frame) => frame.step.name);
        const cycle = [...path.slice(path.indexOf(next)), next];
        if (told.has(step.family)) continue; // another one of its matrix
        told.add(step.family);
        problems.push({ message: `steps need each other in a circle: ${cycle.join(' → ')}`, at: step.at });
        continue;
      }
      state.set(next, 'open');
      stack.push({ step: needed, rest: needs(needed) });
    }
  }
  return problems.length > 0 ? failure(...problems) : success(ordered);
}

/** A problem for each name that neither a step nor a whole matrix of steps has. */
export function checkNames(experiment: Experiment, names: readonly string[]): Result<undefined> {
  const known = new Set(experiment.steps.flatMap(({ name, family }) => [family, name]));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length === 0) return success(undefined);
  const at = { file: experiment.file };
  return failure(
    ...unknown.map((name) => ({ message: `no step "${name}"`, at, hint: suggest(name, [...known]) })),
  );
}

/** The names of steps, with those of its steps in the place of each name of a matrix. */
export function expandNames(experiment: Experiment, names: readonly string[]): string[] {
  const wanted = new Set(names);
  return experiment.steps
    .filter(({ name, family }) => wanted.has(name) || wanted.has(family))
    .map(({ name }) => name);
}

/** The steps named and all that they need, in order; every step if none is named. */
export function selectSteps(experiment: Experiment, names: readonly string[]): Step[] {
  if (names.length === 0) return [...experiment.steps];
  const selected = new Set(expandNames(experiment, names));
  for (const step of experiment.steps.toReversed()) {
    if (selected.has(step.name)) for (const name of needs(step)) selected.add(name);
  }
  return experiment.steps.filter(({ name }) => selected.has(name));
}

/** The names of these steps and of all that need them, directly or not. */
export function withDependents(experiment: Experiment, names: readonly string[]): string[] {
  const reached = new Set(names);
  for (const step of experiment.steps)
    if (needs(step).some((name) => reached.has(name))) reached.add(step.name);
  return [...reached];
}

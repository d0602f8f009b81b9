import { needs, type Step } from '../experiment.ts';

/** How many steps may be joined in a row: each is a process, and all of them run at the same time. */
export const LONGEST_PIPE = 8;

/**
 * Whether a step can read what `producer` writes as it comes: on its standard input, with all else that it needs there.
 * A step that may be tried again can't take part, since what went through a pipe is gone.
 */
export function canJoin(step: Step, producer: Step, isKnown: (name: string) => boolean): boolean {
  const source = step.inputs['in'];
  if (source === undefined || !('step' in source)) return false;
  if (source.step !== producer.name || source.output !== 'out') return false;
  if (step.limits.retries + producer.limits.retries > 0) return false;
  const others = Object.entries(step.inputs).filter(([name]) => name !== 'in');
  return others.every(([, other]) => 'path' in other || isKnown(other.step));
}

/** The steps that read each step's outputs, by its name. */
export function consumersOf(steps: readonly Step[]): Map<string, Step[]> {
  const consumers = new Map<string, Step[]>(steps.map(({ name }) => [name, []]));
  for (const step of steps) for (const name of needs(step)) consumers.get(name)?.push(step);
  return consumers;
}

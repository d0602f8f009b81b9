import type { AnyStage } from '../stage.ts';
import * as stages from '../stages.ts';

/** The names of Sluice's own stages. */
export const stageNames: readonly string[] = Object.keys(stages);

/** The paths of the user's own stages that were asked for, whether or not they could be loaded. */
export const ownStages = new Set<string>();

/** A stage by its name, or the one in a file of the user's own, by its path, which has a slash. Throws as `loadOwnStage` does. */
export async function loadStage(name: string): Promise<{ stage: AnyStage }> {
  if (!name.includes('/')) return { stage: (stages as Record<string, AnyStage>)[name]! };
  ownStages.add(name);
  const { loadOwnStage } = await import('./own-stage.ts');
  return { stage: await loadOwnStage(name) };
}

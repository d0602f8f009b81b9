import type { AnyStage } from '../stage.ts';
import { stageCodes } from './stage-codes.ts';

/** The names of Sluice's own stages. */
export const stageNames: readonly string[] = Object.keys(stageCodes);

/** The paths of the user's own stages that were asked for, whether or not they could be loaded. */
export const ownStages = new Set<string>();

/** A stage by its name, or the one in a file of the user's own, by its path, which has a slash. Throws as `loadOwnStage` does. */
export async function loadStage(name: string): Promise<{ stage: AnyStage }> {
  if (!name.includes('/')) {
    // Each is loaded by itself: most runs need few of them.
    const module = (await import(`../stages/${name}.ts`)) as Record<string, AnyStage>;
    return { stage: module[name]! };
  }
  ownStages.add(name);
  const { loadOwnStage } = await import('./own-stage.ts');
  return { stage: await loadOwnStage(name) };
}

import type { AnyStage } from '../stage.ts';

type Name = keyof typeof import('../stages.ts');

/** Each is loaded by itself: most runs need few of them. */
const loaders: { readonly [N in Name]: () => Promise<{ readonly [M in N]: unknown }> } = {
  decode: () => import('../stages/decode.ts'),
  download: () => import('../stages/download.ts'),
  evaluate: () => import('../stages/evaluate.ts'),
  export: () => import('../stages/export.ts'),
  plot: () => import('../stages/plot.ts'),
  predict: () => import('../stages/predict.ts'),
  split: () => import('../stages/split.ts'),
  train: () => import('../stages/train.ts'),
  vectorize: () => import('../stages/vectorize.ts'),
};

/** The names of Sluice's own stages. */
export const stageNames: readonly string[] = Object.keys(loaders);

/** The paths of the user's own stages that were asked for, whether or not they could be loaded. */
export const ownStages = new Set<string>();

/** A stage by its name, or the one in a file of the user's own, by its path, which has a slash. Throws as `loadOwnStage` does. */
export async function loadStage(name: string): Promise<{ stage: AnyStage }> {
  if (!name.includes('/')) {
    const module = (await loaders[name as Name]()) as Record<string, AnyStage>;
    return { stage: module[name]! };
  }
  ownStages.add(name);
  const { loadOwnStage } = await import('./own-stage.ts');
  return { stage: await loadOwnStage(name) };
}

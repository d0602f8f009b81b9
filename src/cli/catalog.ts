import { readdirSync } from 'node:fs';
import type { AnyStage } from '../stage.ts';

const folder = new URL('../stages/', import.meta.url);

/** The stages there are: one a file in `src/stages/`, named as the file is. */
export const stageNames: readonly string[] = readdirSync(folder)
  .filter((file) => /^[\w-]+\.[jt]s$/.test(file))
  .map((file) => file.slice(0, -3))
  .toSorted();

/** A stage, and the module that it lies in. */
export async function loadStage(name: string): Promise<{ stage: AnyStage; module: URL }> {
  const module = new URL(`${name}${import.meta.url.slice(-3)}`, folder);
  const exported = (await import(module.href)) as Record<string, AnyStage>;
  return { stage: exported[name]!, module };
}

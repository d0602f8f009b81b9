import type { Plan } from '../../pipeline/decision.ts';
import { hashFiles } from '../../pipeline/files.ts';
import type { KeyParts, Tool } from '../../pipeline/key.ts';
import { makePlan, type Planning } from '../../pipeline/plan.ts';
import type { Stored } from '../../pipeline/entry.ts';
import { Store } from '../../pipeline/store.ts';
import { loadStage } from './catalog.ts';
import { codeOf } from './code.ts';
import { readExperiment, take, type Selection } from './experiment.ts';
import type { RunOptions } from './run-options.ts';

/** What is known before anything runs. */
export interface Session extends Selection {
  readonly store: Store;
  readonly files: ReadonlyMap<string, Stored>;
  readonly planning: Planning;
  readonly plan: Plan;
}

/** Reads the experiment and the files of its steps, and plans. Nothing is written. */
export async function openSession(options: RunOptions): Promise<Session> {
  return planSelection(await readExperiment(options), options.store);
}

/** Reads the files of the steps, and plans. Nothing is written. */
export async function planSelection(selection: Selection, storeFolder: string): Promise<Session> {
  const { experiment, steps, forced } = selection;
  const store = new Store(storeFolder);
  const files = take(await hashFiles(steps, store.digests));
  let last: Readonly<Record<string, KeyParts>> | undefined;
  const planning: Planning = {
    store,
    files,
    tool: readTools(),
    environment: process.env,
    last: () => (last ??= store.last(experiment.name)),
    forced: new Set(forced),
  };
  return { ...selection, store, files, planning, plan: await makePlan(steps, planning) };
}

/** What the stages' outputs depend on, each asked for once. */
function readTools(): Planning['tool'] {
  const tools = new Map<string, Promise<Tool>>();
  const read = async (name: string): Promise<Tool> => {
    const { stage } = await loadStage(name);
    return { code: await codeOf(name), toolchain: (await stage.toolchain?.()) ?? {} };
  };
  return (name) => {
    const tool = tools.get(name) ?? read(name);
    tools.set(name, tool);
    return tool;
  };
}

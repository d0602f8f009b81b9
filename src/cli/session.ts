import type { Plan } from '../../pipeline/decision.ts';
import type { StageStep } from '../../pipeline/experiment.ts';
import { hashFiles } from '../../pipeline/store/files.ts';
import type { KeyParts, Tool } from '../../pipeline/key.ts';
import { makePlan, type Planning } from '../../pipeline/plan.ts';
import type { Stored } from '../../pipeline/store/entry.ts';
import { Store } from '../../pipeline/store/store.ts';
import { codeOf } from './stage-codes.ts';
import type { Code } from '../../pipeline/code.ts';
import type { AnyStage, Toolchain } from '../stage.ts';
import { describeToolchain } from '../toolchains.ts';
import { readExperiment, take } from './experiment.ts';
import type { Selection } from './selection.ts';
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

/** What the stages' outputs depend on, each asked for once. Sluice's own stages need not be loaded for that. */
function readTools(): Planning['tool'] {
  const codes = new Map<string, Promise<Code>>();
  const toolchains = new Map<string, Promise<Toolchain>>();
  return async ({ stage, toolchain, options, inputs }: StageStep): Promise<Tool> => {
    const code = codes.get(stage) ?? codeOf(stage);
    codes.set(stage, code);
    if (stage.includes('/'))
      return {
        code: await code,
        toolchain: await describeToolchain(await ownToolchain(stage), { ...inputs, ...options }),
      };
    const described = toolchains.get(toolchain ?? '') ?? describeToolchain(toolchain, options);
    toolchains.set(toolchain ?? '', described);
    return { code: await code, toolchain: await described };
  };
}

async function ownToolchain(path: string): Promise<AnyStage['toolchain']> {
  const { loadStage } = await import('./catalog.ts');
  return (await loadStage(path)).stage.toolchain;
}

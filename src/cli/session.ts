import type { Plan } from '../../pipeline/decision.ts';
import type { Experiment, Step } from '../../pipeline/experiment.ts';
import { hashFiles } from '../../pipeline/files.ts';
import type { KeyParts, Tool } from '../../pipeline/key.ts';
import { makePlan, type Planning } from '../../pipeline/plan.ts';
import { Store, type Stored } from '../../pipeline/store.ts';
import { loadStage } from './catalog.ts';
import { codeOf } from './code.ts';
import { readExperiment, take } from './experiment.ts';
import type { RunOptions } from './run-options.ts';

/** What is known before anything runs. */
export interface Session {
  readonly experiment: Experiment;
  /** Those that were asked for, and what they need. */
  readonly steps: readonly Step[];
  readonly store: Store;
  readonly files: ReadonlyMap<string, Stored>;
  readonly planning: Planning;
  readonly plan: Plan;
}

/** Reads the experiment and the files of its steps, and plans. Nothing is written. */
export async function openSession(options: RunOptions): Promise<Session> {
  const { experiment, steps } = await readExperiment(options);
  const store = new Store(options.store);
  const files = take(await hashFiles(steps, store.digests));
  let last: Readonly<Record<string, KeyParts>> | undefined;
  const planning: Planning = {
    store,
    files,
    tool: readTools(),
    environment: process.env,
    last: () => (last ??= store.last(experiment.name)),
    forced: new Set(options.force === 'all' ? asked(options, steps) : options.force),
  };
  return { experiment, steps, store, files, planning, plan: await makePlan(steps, planning) };
}

/** The steps that `--force` means. */
const asked = ({ only, steps: named }: RunOptions, steps: readonly Step[]): readonly string[] =>
  only ? named : steps.map(({ name }) => name);

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

import { setMaxListeners } from 'node:events';
import { totalmem } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CodeReader } from '../../pipeline/code.ts';
import { readCommit } from '../../pipeline/git.ts';
import type { KeyParts, Tool } from '../../pipeline/key.ts';
import { executeWith } from '../../pipeline/execute.ts';
import { hashFiles } from '../../pipeline/files.ts';
import { removeLitter } from '../../pipeline/litter.ts';
import { changedInput, findInputs } from '../../pipeline/materials.ts';
import { checkOnly, makePlan, type Planning } from '../../pipeline/plan.ts';
import { recordRun } from '../../pipeline/record.ts';
import { tellPlan, tellRun } from '../../pipeline/report.ts';
import { publish, withdraw } from '../../pipeline/results.ts';
import { runPlan } from '../../pipeline/run.ts';
import type { Running } from '../../pipeline/running.ts';
import { Slots } from '../../pipeline/slots.ts';
import { Store } from '../../pipeline/store.ts';
import { summarize } from '../../pipeline/summary.ts';
import { loadStage } from './catalog.ts';
import { readExperiment, take } from './experiment.ts';
import { writeText } from './output.ts';
import { readRunOptions } from './run-options.ts';
import { sluiceVersions } from './versions.ts';

/** `sluice run FILE [STEP…]`. Gives the exit code: 0 done, 1 a step failed, 130 interrupted. */
export async function runCommand(args: string[], signal: AbortSignal): Promise<number> {
  const options = await readRunOptions('run', args);
  if (options === undefined) return 0;
  const started = new Date();
  const { experiment, steps } = await readExperiment(options);
  const store = new Store(options.store);
  const files = take(await hashFiles(steps, store.digests));
  let last: Readonly<Record<string, KeyParts>> | undefined;
  const planning: Planning = {
    store,
    tool: toolOf(new CodeReader()),
    environment: process.env,
    files,
    last: () => (last ??= store.last(experiment.name)),
    forced: new Set(options.force === 'all' ? steps.map(({ name }) => name) : options.force),
  };
  const plan = await makePlan(steps, planning);
  if (options.only) take(checkOnly(steps, plan, options.steps));
  if (options.dryRun) {
    let text = '';
    const write = (line: string): void => void (text += line);
    tellPlan(plan, { write, colour: inColour(process.stdout), explain: options.explain });
    await writeText(text);
    return 0;
  }

  const git = readCommit([options.store, options.results]);
  removeLitter(store.folder);
  const names = steps.map(({ name }) => name);
  const report = tellRun({
    write: toStderr,
    colour: inColour(process.stderr),
    names,
    explain: options.explain,
  });
  report({ type: 'planned', plan });
  const results = join(options.results, experiment.name);
  const running: Running = {
    experiment: experiment.name,
    planning,
    store,
    results: {
      publish: (step, entry) => Promise.resolve(publish(results, step.outputs, { store, entry })),
      withdraw: (step) => withdraw(results, step.outputs),
    },
    files: {
      find: (step, known) => findInputs(step, known, store),
      changed: (step) => changedInput(step, files, store.digests),
    },
    beginAttempt: executeWith({ store, program: PROGRAM, environment: process.env }),
    slots: new Slots(options.jobs, totalmem()),
    clock: {
      now: () => new Date(),
      sleep: (seconds, until) =>
        setTimeout(1000 * seconds, undefined, { signal: until }).catch(() => undefined),
    },
    report,
    signal,
    keepGoing: options.keepGoing,
  };
  setMaxListeners(0, signal, process); // a listener on each for every step that runs is no leak
  const outcomes = await runPlan(steps, plan, running);
  const record = await recordRun({
    experiment,
    steps,
    outcomes,
    started,
    interrupted: signal.aborted,
    git: await git,
    versions: await sluiceVersions(),
    store,
    results,
  });
  const keys = [...outcomes].flatMap(([name, outcome]) =>
    outcome.state === 'hit' || outcome.state === 'ran' ? [[name, outcome.parts]] : [],
  );
  store.setLast(experiment.name, Object.fromEntries(keys) as Record<string, KeyParts>);
  store.saveDigests();
  toStderr(summarize(record, results));
  return { done: 0, failed: 1, interrupted: 130 }[record.status];
}

/** What the stages' outputs depend on, each asked for once. */
function toolOf(code: CodeReader): Planning['tool'] {
  const tools = new Map<string, Promise<Tool>>();
  const read = async (name: string): Promise<Tool> => {
    const { stage, module } = await loadStage(name);
    return { code: await code.read(module), toolchain: (await stage.toolchain?.()) ?? {} };
  };
  return (name) => {
    const tool = tools.get(name) ?? read(name);
    tools.set(name, tool);
    return tool;
  };
}

const EXTENSION = import.meta.url.slice(-3);
/** The command line that runs this program, up to the stage's name. */
const PROGRAM = [process.execPath, fileURLToPath(new URL(`../cli${EXTENSION}`, import.meta.url))];

const toStderr = (text: string): void => void process.stderr.write(text);
const inColour = (stream: NodeJS.WriteStream): boolean => stream.isTTY === true && !process.env['NO_COLOR'];

import { loadStage, stageNames } from './catalog.ts';

/** The page that `sluice --help` shows. */
export async function showHelp(): Promise<string> {
  const stages = await Promise.all(
    stageNames.map(async (name) => [name, (await loadStage(name)).stage.summary] as const),
  );
  return `sluice: a pipeline of stream stages for reproducible text-classification experiments

  sluice run FILE [STEP…]    Run an experiment, or some steps of it and what they need
  sluice status FILE         Tell what a run would do, and why
  sluice graph FILE          Draw its steps, and what flows between them
  sluice cache COMMAND       List, check, clean up or send what is kept of earlier runs: ls, verify, gc, push
  sluice doctor              Tell which engine is in use, and what to do if it is not the fast one
  sluice STAGE [options]     Run one stage from standard input to standard output
  sluice ./FILE [options]    Run a stage of your own, from a file of JavaScript or TypeScript

Stages:
${stages.map(([name, summary]) => `  ${name.padEnd(11)}${summary}`).join('\n')}

Any of them explains itself: sluice STAGE --help, sluice run --help
`;
}

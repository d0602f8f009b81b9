#!/usr/bin/env node
import { setMaxListeners } from 'node:events';
import { formatError, fromSystemError, StageError } from './error.ts';
import { OutputClosed, writeText } from './cli/output.ts';

/** Exit codes: 0 done, 1 failed, 2 bad usage or configuration, 130 interrupted. */
async function main([command, ...args]: string[], signal: AbortSignal): Promise<number> {
  if (command === undefined || command === '--help' || command === '-h' || command === 'help') {
    const { showHelp } = await import('./cli/help.ts');
    await writeText(await showHelp());
    return 0;
  }
  if (command === '--version') {
    const { sluiceVersions } = await import('./cli/versions.ts');
    await writeText(`${sluiceVersions()['sluice']}\n`);
    return 0;
  }
  if (command === 'run') return (await import('./cli/run-command.ts')).runCommand(args, signal);
  if (command === 'status') return (await import('./cli/status-command.ts')).statusCommand(args);
  if (command === 'graph') return (await import('./cli/graph-command.ts')).graphCommand(args);
  if (command === 'doctor') return (await import('./cli/doctor-command.ts')).doctorCommand(args);
  if (command === 'cache') return (await import('./cli/cache-command.ts')).cacheCommand(args, signal);
  const { loadStage, stageNames } = await import('./cli/catalog.ts');
  if (!isPath(command) && !stageNames.includes(command)) {
    const { suggest } = await import('./nearest.ts');
    const hint = /\.m?[jt]s$/.test(command)
      ? `a stage of your own is named with a slash: ./${command}`
      : suggest(command, ['run', 'status', 'graph', 'cache', 'doctor', ...stageNames]);
    throw new StageError('USAGE', `no command "${command}"`, { hint });
  }
  const { stage } = await loadStage(command);
  const { runStage } = await import('./cli/stage-command.ts');
  await runStage(command, stage, { args, signal });
  return 0;
}

/** Whether a command is the path of a stage of the user's own. */
const isPath = (command = ''): boolean => command.includes('/');

/** Says what went wrong, once, and gives the exit code. */
async function tellFailure(
  error: unknown,
  command: string | undefined,
  signal: AbortSignal,
): Promise<number> {
  if (error instanceof OutputClosed) return 0; // `| head` had enough
  if (signal.aborted) return 130;
  const known = fromSystemError(error);
  if (known instanceof StageError) {
    process.stderr.write(`${formatError(known)}\n`);
    return known.code === 'USAGE' ? 2 : 1;
  }
  const { ProblemsFound } = await import('./cli/experiment.ts');
  if (error instanceof ProblemsFound) {
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
  const whose = isPath(command) ? `${command}.` : 'Sluice itself; please report it.';
  process.stderr.write(
    `This is a mistake in ${whose}\n${error instanceof Error ? error.stack : String(error)}\n`,
  );
  return 1;
}

const interruption = new AbortController();
setMaxListeners(0, interruption.signal); // every step that runs listens
let signals = 0;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (++signals > 1) process.exit(130); // the second time: at once
    interruption.abort();
  });
}
process.on('disconnect', () => interruption.abort()); // often along with a signal: no second one
if (process.connected === false) interruption.abort(); // it has happened already
// Whoever followed us is gone, and with them the only place for what we have to say.
process.stderr.on('error', () => interruption.abort());
process.channel?.unref(); // listening for the runner's end must not keep us alive

async function start(args: string[]): Promise<void> {
  const code = await main(args, interruption.signal).catch((error: unknown) =>
    tellFailure(error, args[0], interruption.signal),
  );
  if (process.send && process.connected) {
    const peakBytes = process.resourceUsage().maxRSS * 1024;
    await new Promise((resolve) => process.send!({ peakBytes }, undefined, undefined, resolve));
  }
  process.exit(interruption.signal.aborted && code === 0 ? 130 : code);
}

void start(process.argv.slice(2));

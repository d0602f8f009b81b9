import { writeText } from './output.ts';
import { planText } from './run-command.ts';
import { readRunOptions } from './run-options.ts';
import { openSession } from './session.ts';

/** `sluice status FILE [STEP…]`: what a run would do. Gives the exit code: 0 for nothing, 1 for something. */
export async function statusCommand(args: string[]): Promise<number> {
  const options = await readRunOptions('status', args);
  if (options === undefined) return 0;
  const session = await openSession(options);
  await writeText(planText(session, options));
  return [...session.plan.values()].every(({ state }) => state === 'hit') ? 0 : 1;
}

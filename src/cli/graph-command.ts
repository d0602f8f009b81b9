import { toMermaid } from '../../pipeline/graph-text.ts';
import { readExperiment } from './experiment.ts';
import { writeText } from './output.ts';
import { readRunOptions } from './run-options.ts';

/** `sluice graph FILE [STEP…]`: the steps as a Mermaid flowchart. */
export async function graphCommand(args: string[]): Promise<number> {
  const options = await readRunOptions('graph', args);
  if (options !== undefined) await writeText(toMermaid((await readExperiment(options)).steps));
  return 0;
}

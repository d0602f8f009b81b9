import { doctor } from '../doctor.ts';
import { writeText } from './output.ts';

/** `sluice doctor`. Gives the exit code: 1 if the engine is not the native one. */
export async function doctorCommand(): Promise<number> {
  const { native, lines } = await doctor();
  await writeText(`${lines.join('\n')}\n`);
  return native ? 0 : 1;
}

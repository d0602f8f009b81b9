import { doctor } from '../doctor.ts';

/** `sluice doctor`. Gives the exit code: 1 if the engine is not the native one. */
export async function doctorCommand(): Promise<number> {
  const { native, lines } = await doctor();
  process.stdout.write(`${lines.join('\n')}\n`);
  return native ? 0 : 1;
}

import { cpus, release, totalmem, type } from 'node:os';
import { formatBytes } from './table.ts';

/** What was measured on, with what, and how: the lines above the table. */
export function describeMachine(
  keras: Readonly<Record<string, string>> | undefined,
  sluice: Readonly<Record<string, string>>,
): string[] {
  const [cpu] = cpus();
  const list = (versions: Readonly<Record<string, string>>): string =>
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ');
  return [
    `- machine: ${cpu?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${formatBytes(totalmem())} of memory, ${type()} ${release()}`,
    `- Sluice: ${list(sluice)}`,
    `- Keras: ${keras ? list(keras) : 'not run'}`,
    `- date: ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
  ];
}

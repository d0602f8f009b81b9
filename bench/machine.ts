import { cpus, release, totalmem, type } from 'node:os';
import { formatBytes } from './table.ts';

/** What was measured on, with what, and how: the lines above the table. */
export function describeMachine(
  programs: Readonly<Record<string, Readonly<Record<string, string>> | undefined>>,
): string[] {
  const [cpu] = cpus();
  const list = (versions: Readonly<Record<string, string>>): string =>
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ');
  return [
    `- machine: ${cpu?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${formatBytes(totalmem())} of memory, ${type()} ${release()}`,
    ...Object.entries(programs).map(
      ([name, versions]) => `- ${name}: ${versions ? list(versions) : 'not run'}`,
    ),
    `- date: ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
  ];
}

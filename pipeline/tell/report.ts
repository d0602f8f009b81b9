import { tellJson } from './json-report.ts';
import { tellLines } from './lines-report.ts';
import { tellLive } from './live-report.ts';
import { tellQuietly } from './quiet-report.ts';
import type { Teller, Telling } from './telling.ts';

/** How a run is told: drawn on a terminal, in lines, only what goes wrong, or for a program. */
export type Manner = 'live' | 'lines' | 'quiet' | 'json';

const TELLERS: Record<Manner, (telling: Telling) => Teller> = {
  live: tellLive,
  lines: tellLines,
  quiet: tellQuietly,
  json: tellJson,
};

/** Begins to tell a run. */
export const tellRun = (manner: Manner, telling: Telling): Teller => TELLERS[manner](telling);

/** The manner for what was asked for, and for where it goes: a terminal that can move its cursor, and a person at it. */
export function chooseManner(
  { json, quiet }: { readonly json: boolean; readonly quiet: boolean },
  { terminal, environment }: Surroundings,
): Manner {
  if (json) return 'json';
  if (quiet) return 'quiet';
  return terminal && environment['TERM'] !== 'dumb' && !environment['CI'] ? 'live' : 'lines';
}

/** Whether text for people is coloured: on a terminal that can, unless `NO_COLOR` is set to something. */
export const inColour = ({ terminal, environment }: Surroundings): boolean =>
  terminal && environment['TERM'] !== 'dumb' && !environment['NO_COLOR'];

/** Where the text goes. */
export interface Surroundings {
  readonly terminal: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

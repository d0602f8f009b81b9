import { type Cost, measure } from '../measure.ts';

/** A command to measure. */
export interface Side {
  readonly command: readonly [string, ...string[]];
  readonly environment?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What comes before each of its measurements and isn't measured. */
  readonly before?: () => Promise<void>;
}

/** A bare start of Node, which every run of a program in it pays. */
export const BARE: Side = { command: [process.execPath, '-e', '0'] };

/** Measures all sides in each of the rounds, another one first each time. Gives each side's costs, round by round. */
export async function alternate<Name extends string>(
  sides: Readonly<Record<Name, Side>>,
  rounds: number,
): Promise<Record<Name, Cost[]>> {
  const names = Object.keys(sides) as Name[];
  const costs = Object.fromEntries(names.map((name) => [name, [] as Cost[]])) as Record<Name, Cost[]>;
  for (let round = 0; round < rounds; round++) {
    const first = round % names.length;
    for (const name of [...names.slice(first), ...names.slice(0, first)]) {
      const { command, environment, cwd, before } = sides[name];
      await before?.();
      costs[name].push(await measure(command, environment, cwd));
    }
  }
  return costs;
}

export const secondsOf = (costs: readonly Cost[]): number[] => costs.map(({ seconds }) => seconds);

/** What a side takes longer than another, round by round. */
export const differences = (ours: readonly Cost[], theirs: readonly Cost[]): number[] =>
  ours.map(({ seconds }, round) => seconds - theirs[round]!.seconds);

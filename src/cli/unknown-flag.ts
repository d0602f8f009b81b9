import { StageError } from '../error.ts';
import { suggest } from '../nearest.ts';

/** The mistake of an option that there is not. `name` and `known` without dashes. */
export function unknownFlag(name: string, known: readonly string[]): StageError {
  const dashed = known.map((flag) => `--${flag}`);
  return new StageError('USAGE', `no option ${name.length === 1 ? '-' : '--'}${name}`, {
    hint: suggest(`--${name}`, dashed),
  });
}

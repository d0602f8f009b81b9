import { check, show } from './check.ts';
import type { Params, ParamValue } from '../experiment.ts';
import { MATRIX } from './grammar.ts';
import { substitute } from './substitute.ts';
import type { Path, YamlFile } from './yaml-file.ts';

/** The values that one step of a matrix has, by name. */
export type Combination = Readonly<Record<string, ParamValue>>;
type Axes = Readonly<Record<string, readonly ParamValue[]>>;

/** More are rather a mistake than an experiment. */
const MOST = 10_000;

/** The axes of a step's `matrix`; `undefined`, and complaints, if it can't be one. */
export function readMatrix(
  yaml: YamlFile,
  { matrix, path, params }: { matrix: unknown; path: Path; params: Params },
): Axes | undefined {
  const place = [...path, 'matrix'];
  const value = { matrix: substitute(yaml, { value: matrix, path: place, params }) };
  const axes = check(yaml, { entries: { matrix: MATRIX }, value, path }).matrix;
  if (axes === undefined) return undefined;
  const size = Object.values(axes).reduce((product, values) => product * values.length, 1);
  if (size > MOST)
    yaml.complain(place, { message: `a matrix of ${size} steps`, hint: `at most ${MOST} are possible` });
  const isClear = Object.entries(axes).map(([axis, values]) => areDistinct(yaml, values, [...place, axis]));
  return size <= MOST && isClear.every(Boolean) ? axes : undefined;
}

/** Complains of values that would give steps the same name. */
function areDistinct(yaml: YamlFile, values: readonly ParamValue[], path: Path): boolean {
  const byLabel = new Map<string, ParamValue>();
  for (const [i, value] of values.entries()) {
    const label = labelOf(value);
    const other = byLabel.get(label);
    if (other === undefined) byLabel.set(label, value);
    else
      yaml.complain([...path, i], {
        message: `${show(value)} and ${show(other)} give two steps the same name, ${path.at(-1)}=${label}`,
        hint: 'leave one of them out, or write them differently',
      });
  }
  return byLabel.size === values.length;
}

/** Every combination of the values, those of the last axis changing fastest. Without axes, a single empty one. */
export function combine(axes: Axes): Combination[] {
  let combinations: Combination[] = [{}];
  for (const [axis, values] of Object.entries(axes)) {
    combinations = combinations.flatMap((before) => values.map((value) => ({ ...before, [axis]: value })));
  }
  return combinations;
}

/** `train-seed=1-units=32x32`: what a shell takes without quotes, and a folder as a file's name; letters of any alphabet. */
export const nameOf = (family: string, combination: Combination): string =>
  [family, ...Object.entries(combination).map(([axis, value]) => `${axis}=${labelOf(value)}`)].join('-');

const labelOf = (value: ParamValue): string =>
  [value]
    .flat()
    .map(String)
    .join('x')
    .replaceAll(/[^\p{Letter}\p{Mark}\p{Number}_.-]/gu, '_');

import { suggest } from '../../src/nearest.ts';
import type { Draft, Family } from './draft.ts';
import type { Combination } from './matrix.ts';

/** What the name of a step stands for: one step, or all that its matrix makes. */
export interface Named {
  readonly family: Family;
  /** Where one of a matrix is named, such as `train-seed=1`. */
  readonly member?: Draft;
  /** What follows the name behind a point. */
  readonly output: string;
}

/** The steps by name. Every look-up takes the same time, however many there are. */
export class Families {
  readonly #families: ReadonlyMap<string, Family>;
  readonly #members = new Map<string, { family: Family; member: Draft }>();
  /** For each family, and each set of its axes that a reader shares: the steps by their values on these. */
  readonly #byValues = new Map<string, Map<string, Draft[]>>();
  readonly #hints = new Map<string, string>();

  constructor(families: readonly Family[]) {
    this.#families = new Map(families.map((family) => [family.name, family]));
    for (const family of families)
      for (const member of family.drafts) this.#members.set(member.step.name, { family, member });
  }

  /** What was meant by a name that there isn't. Kept, since many steps may have the same mistake. */
  suggest(name: string): string {
    const known = this.#hints.get(name);
    if (known !== undefined) return known;
    const ofMatrix = this.#families.get(name.replace(/-\w+=.*$/, ''))?.drafts.map(({ step }) => step.name);
    const hint = suggest(name, ofMatrix ?? [...this.#families.keys()]);
    this.#hints.set(name, hint);
    return hint;
  }

  /** `STEP` or `STEP.OUTPUT`. The name of a step may have points in it: `train-rate=0.1.history`. */
  find(text: string): Named | undefined {
    for (let end = text.length; end > 0; end = text.lastIndexOf('.', end - 1)) {
      const name = text.slice(0, end);
      const output = end === text.length ? 'out' : text.slice(end + 1);
      const family = this.#families.get(name);
      if (family !== undefined) return { family, output };
      const found = this.#members.get(name);
      if (found !== undefined) return { ...found, output };
    }
    return undefined;
  }

  /** The steps of a family that have the same values as a reader on the axes that both have. */
  matching(family: Family, combination: Combination): readonly Draft[] {
    const shared = sharedAxes(family, combination);
    const use = `${family.name} ${shared.join(' ')}`;
    const groups = this.#byValues.get(use) ?? groupBy(shared, family.drafts);
    this.#byValues.set(use, groups);
    return groups.get(valuesOf(shared, combination)) ?? [];
  }
}

export const sharedAxes = ({ axes }: Family, combination: Combination): string[] =>
  axes.filter((axis) => Object.hasOwn(combination, axis));

function groupBy(axes: readonly string[], drafts: readonly Draft[]): Map<string, Draft[]> {
  const groups = new Map<string, Draft[]>();
  for (const draft of drafts) {
    const values = valuesOf(axes, draft.combination);
    const group = groups.get(values);
    if (group === undefined) groups.set(values, [draft]);
    else group.push(draft);
  }
  return groups;
}

const valuesOf = (axes: readonly string[], combination: Combination): string =>
  JSON.stringify(axes.map((axis) => combination[axis]));

import { listNames, suggest } from '../../src/nearest.ts';
import { show } from './check.ts';
import type { Draft, Family, Reference } from './draft.ts';
import type { Step } from '../experiment.ts';
import { Families, sharedAxes, type Named } from './families.ts';
import type { Combination } from './matrix.ts';
import type { Complaint } from '../problem.ts';
import type { YamlFile } from './yaml-file.ts';

/** Looks up what the steps read. Complains of steps and outputs that there aren't, and of more than can be read. */
export function linkSteps(yaml: YamlFile, list: readonly Family[]): Step[] {
  const families = new Families(list);
  return list.flatMap(({ drafts }) =>
    drafts.map((draft): Step => {
      const inputs = draft.references.flatMap((reference) => {
        const found = findSources(families, reference, draft);
        const at = yaml.at(reference.path);
        if (Array.isArray(found)) return found.map(([name, source]) => [name, { ...source, at }] as const);
        if (found !== undefined) yaml.complain(reference.path, found);
        return [];
      });
      return { ...draft.step, inputs: Object.fromEntries(inputs) };
    }),
  );
}

type Unplaced = { readonly step: string; readonly output: string } | { readonly path: string };

/** The inputs that a reference makes, by name; or what is wrong with it. */
function findSources(
  families: Families,
  { input, text, takesFolder }: Reference,
  { combination }: Draft,
): [string, Unplaced][] | Complaint | undefined {
  if (text.includes('/')) return [[input, { path: text }]];
  const named = families.find(text);
  if (named === undefined) return noStep(families, text);
  const { family, member, output: name } = named;
  const members = member ? [member] : families.matching(family, combination);
  if (members.length === 0) return family.drafts.length === 0 ? undefined : noMatch(family, combination);
  const open = member ? [] : family.axes.filter((axis) => !Object.hasOwn(combination, axis));
  const sources: [string, Unplaced][] = [];
  for (const { step } of members) {
    const output = step.outputs.find((one) => one.name === name);
    if (output === undefined)
      return noOutput(
        named,
        step.outputs.map((one) => one.name),
      );
    if (output.kind === 'folder' && !takesFolder)
      return { message: `${family.name}.${name} is a folder, where a file is needed` };
    // What tells the steps of a matrix apart also tells their outputs apart, in the folder that these are put into.
    const path = open.length === 0 ? input : `${input}/${output.fileName.slice(family.name.length + 1)}`;
    sources.push([path, { step: step.name, output: name }]);
  }
  return open.length === 0 || takesFolder ? sources : notOne(family, open);
}

function noStep(families: Families, text: string): Complaint {
  const step = text.includes('=') ? text : text.split('.', 1)[0]!;
  return {
    message: `no step "${step}"`,
    hint: `${families.suggest(step)} (a file's path has a slash: ./${text})`,
  };
}

function noMatch(family: Family, combination: Combination): Complaint {
  const values = sharedAxes(family, combination).map((axis) => `${axis}=${show(combination[axis])}`);
  const names = family.drafts.map(({ step }) => step.name);
  return {
    message: `${family.name} has no step with ${values.join(', ')}`,
    hint: listNames(names),
  };
}

const noOutput = ({ family, output }: Named, outputs: readonly string[]): Complaint => ({
  message: `${family.name} has no output "${output}"`,
  hint: suggest(output, outputs),
});

const notOne = ({ name, drafts }: Family, open: readonly string[]): Complaint => ({
  message: `${name} is a matrix of ${drafts.length} steps, where one file is needed`,
  hint: `give this step a matrix of ${open.join(' and ')}, too, or name one, such as ${drafts[0]!.step.name}`,
});

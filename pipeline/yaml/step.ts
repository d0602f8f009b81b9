import * as v from 'valibot';
import { listNames, nearest } from '../../src/nearest.ts';
import { isMap, unknownKey, type Fields } from './check.ts';
import { parseCommand } from './command-step.ts';
import type { Draft, Family, Written } from './draft.ts';
import type { Params, StageCatalog } from '../experiment.ts';
import { COMMAND_STEP, STAGE_STEP, stepName } from './grammar.ts';
import { combine, nameOf, readMatrix } from './matrix.ts';
import { parseStage } from './stage-step.ts';
import { substitute } from './substitute.ts';
import type { YamlFile } from './yaml-file.ts';

interface Context {
  readonly yaml: YamlFile;
  readonly params: Params;
  readonly catalog: StageCatalog;
}

/** Parses what stands under a step's name: one step, or those of its matrix. Complains of every mistake in it. */
export async function parseFamily(
  name: string,
  written: unknown,
  { yaml, params, catalog }: Context,
): Promise<Family> {
  const path = ['steps', name];
  const checked = v.safeParse(stepName, name);
  if (!checked.success)
    yaml.complain({ key: path }, { message: `"${name}" can't name a step: ${checked.issues[0].message}` });
  if (!isMap(written)) {
    yaml.complain(path, { message: `step "${name}" must be a map of names to values` });
    return { name, axes: [], drafts: [] };
  }
  const { matrix, ...fields } = written;
  const axes = matrix === undefined ? {} : readMatrix(yaml, { matrix, path, params });
  if (axes === undefined) return { name, axes: [], drafts: [] };
  const drafts: Draft[] = [];
  for (const combination of combine(axes)) {
    const value = substitute(yaml, { value: fields, path, params: { ...params, ...combination } }) as Fields;
    const step = { name: nameOf(name, combination), family: name, path, fields: value, combination };
    const draft = await parseStep(yaml, step, catalog);
    if (draft !== undefined) drafts.push(draft);
  }
  return { name, axes: Object.keys(axes), drafts };
}

async function parseStep(
  yaml: YamlFile,
  written: Written,
  catalog: StageCatalog,
): Promise<Draft | undefined> {
  const { family, path, fields } = written;
  const runsStage = Object.hasOwn(fields, 'stage');
  const runsCommand = Object.hasOwn(fields, 'command');
  if (runsStage !== runsCommand)
    return runsStage
      ? parseStage(yaml, written, { catalog, unknown: otherThan(STAGE_STEP, 'a stage') })
      : parseCommand(yaml, written, otherThan(COMMAND_STEP, 'a command'));
  const unknown = Object.keys(fields).filter((name) => !Object.hasOwn(ALL, name));
  for (const name of unknown) yaml.complain({ key: [...path, name] }, unknownKey(ALL)(name));
  if (runsStage)
    yaml.complain(
      { key: path },
      {
        message: `step "${family}" has both a stage and a command`,
        hint: 'take one of them away, or make it two steps',
      },
    );
  else if (!unknown.some(meansKind))
    yaml.complain(
      { key: path },
      {
        message: `step "${family}" needs either a stage or a command`,
        hint: `command: "sort | uniq -c", or stage: one of ${catalog.names.join(', ')}`,
      },
    );
  return undefined;
}

const ALL = { ...STAGE_STEP, ...COMMAND_STEP };

/** Whether a key that there isn't is `stage` or `command`, misspelt. */
const meansKind = (name: string): boolean =>
  ['stage', 'command'].includes(nearest(name, Object.keys(ALL)) ?? '');

/** What to say of a key that a step of this kind doesn't have. */
const otherThan = (keys: object, kind: string) => (name: string) =>
  Object.hasOwn(ALL, name)
    ? {
        message: `a step that runs ${kind} has no "${name}"`,
        hint: listNames(Object.keys(keys)),
      }
    : unknownKey(keys)(name);

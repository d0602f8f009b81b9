import * as v from 'valibot';
import { StageError } from '../../src/error.ts';
import { suggest } from '../../src/nearest.ts';
import { flagOf, roleOf } from '../../src/options.ts';
import type { AnyStage } from '../../src/stage.ts';
import { check, isMap, type Fields } from './check.ts';
import { baseOf, mainInput, mainOutput, type Draft, type Reference, type Written } from './draft.ts';
import type { Output, Registered, StageCatalog, StageStep } from '../experiment.ts';
import { givenOptions, STAGE_STEP } from './grammar.ts';
import type { Complaint } from '../problem.ts';
import type { YamlFile } from './yaml-file.ts';

/** A step that runs a stage; `undefined`, and a complaint, if there is no such stage. */
export async function parseStage(
  yaml: YamlFile,
  written: Written,
  { catalog, unknown }: { catalog: StageCatalog; unknown: (name: string) => Complaint },
): Promise<Draft | undefined> {
  const { path, combination } = written;
  const fields = check(yaml, { entries: STAGE_STEP, value: written.fields, path, unknown });
  if (fields.stage === undefined) return undefined;
  const found = await findStage(fields.stage, catalog);
  if (!('stage' in found)) {
    yaml.complain([...path, 'stage'], found);
    return undefined;
  }
  const { stage } = found;
  checkInput(yaml, written, stage);
  const options = parseOptions(yaml, { path, name: fields.stage, stage, written: fields.with });
  const names = Object.keys(stage.options);
  return {
    step: {
      ...baseOf(yaml, written, fields),
      kind: 'stage',
      stage: fields.stage,
      options: options.values,
      locators: names.filter((name) => roleOf(stage.options[name]!).role === 'locator'),
      metrics: stage.metrics === true,
      ...toolchainOf(fields.stage, stage, options.given),
      outputs: outputsOf(written, stage, fields.extension),
    },
    combination,
    references: [...mainInput(written, fields), ...options.references],
  };
}

/** The name of the toolchain of a stage of Sluice's own; others are asked when the step is planned. */
function toolchainOf(
  name: string,
  { toolchain }: AnyStage,
  options: Readonly<Record<string, unknown>>,
): Pick<StageStep, 'toolchain'> {
  if (name.includes('/')) return {};
  const declared = typeof toolchain === 'function' ? toolchain(options as never) : toolchain;
  return typeof declared === 'string' ? { toolchain: declared } : {};
}

/** A stage by its name or by its module's path. */
async function findStage(name: string, catalog: StageCatalog): Promise<Registered | Complaint> {
  if (catalog.names.includes(name)) return catalog.load(name);
  if (!name.includes('/')) return { message: `no stage "${name}"`, hint: suggest(name, catalog.names) };
  try {
    return await catalog.load(name);
  } catch (error) {
    if (error instanceof StageError) return { message: error.message, hint: error.hint };
    return { message: error instanceof Error ? error.message : String(error) };
  }
}

function checkInput(yaml: YamlFile, { path, family, fields }: Written, { reads }: AnyStage): void {
  const isGiven = Object.hasOwn(fields, 'in');
  if (reads.name === 'nothing' && isGiven)
    yaml.complain(
      { key: [...path, 'in'] },
      { message: `${String(fields['stage'])} reads no input`, hint: 'leave `in` out' },
    );
  if (reads.name !== 'nothing' && !isGiven)
    yaml.complain(
      { key: path },
      { message: `step "${family}" has no input`, hint: `in: a step that writes ${reads.name}, or a path` },
    );
}

interface Options {
  readonly path: Written['path'];
  /** The stage's name. */
  readonly name: string;
  readonly stage: AnyStage;
  readonly written: unknown;
}

/** Checks `with` against the stage's declaration: all that is given, and apart the values and the inputs among it. */
function parseOptions(
  yaml: YamlFile,
  { path: step, name: stageName, stage, written = null }: Options,
): { given: Fields; values: Fields; references: Reference[] } {
  const path = [...step, 'with'];
  if (written !== null && !isMap(written))
    yaml.complain(path, { message: 'with must be a map of names to values' });
  const entries = givenOptions(stage);
  const given: Fields = check(yaml, {
    entries,
    value: isMap(written) ? written : {},
    path,
    unknown: (name) => {
      const option = Object.hasOwn(stage.options, name) ? stage.options[name] : undefined;
      if (option === undefined)
        return {
          message: `${stageName} has no option "${name}"`,
          hint: suggest(name, Object.keys(entries)),
        };
      return roleOf(option).role === 'shell'
        ? {
            message: `"${name}" is for a shell: a step begins anew, or is not run`,
            hint: `sluice ${stageName} --${flagOf(name)} FILE`,
          }
        : {
            message: `"${name}" is an output, which Sluice names itself`,
            hint: `other steps read it as STEP.${name}`,
          };
    },
    missing: (name) => ({
      message: `${stageName} needs the option "${name}"`,
      hint: v.getDescription(entries[name]!),
    }),
  });
  const values: Record<string, unknown> = {};
  const references: Reference[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (roleOf(entries[name]!).role !== 'input') values[name] = value;
    else if (typeof value === 'string')
      references.push({ input: name, text: value, path: [...path, name], takesFolder: false });
  }
  return { given, values, references };
}

function outputsOf(written: Written, { writes, options }: AnyStage, extension = writes.extension): Output[] {
  const outputs = writes.name === 'nothing' ? [] : [mainOutput(written, extension)];
  for (const [name, option] of Object.entries(options)) {
    const role = roleOf(option);
    if (role.role !== 'output') continue;
    const fileName = role.ending === '' ? written.name : `${written.name}.${role.ending}`;
    outputs.push({ name, kind: role.kind, fileName });
  }
  return outputs;
}

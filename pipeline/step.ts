import * as v from 'valibot';
import type { Node } from 'yaml';
import type { AnyStage } from '../src/stage.ts';
import { roleOf } from '../src/options.ts';
import { suggest } from '../src/nearest.ts';
import type { CommandStep, Output, Registered, Source, StageCatalog, StageStep, Step } from './experiment.ts';
import type { YamlFile } from './yaml-file.ts';

interface Named {
  readonly name: string;
  readonly key: Node;
  readonly value: Node | null;
}
type Fields = NonNullable<ReturnType<YamlFile['map']>>;

/** Parses one step; complains of every mistake in it, and gives `undefined` if no step can be made of it. */
export async function parseStep(
  yaml: YamlFile,
  named: Named,
  catalog: StageCatalog,
): Promise<Step | undefined> {
  const fields = yaml.map(named.value, `step "${named.name}"`);
  if (fields === undefined) return undefined;
  const allowed = [
    ...(fields.has('command') ? [] : ['stage', 'with']),
    ...(fields.has('stage') ? [] : ['command']),
    'in',
    'extension',
  ];
  for (const [field, { key }] of fields) {
    if (!allowed.includes(field) && !Object.hasOwn(TEXTS, field))
      yaml.complain(key, `unknown key "${field}"`, suggest(field, allowed));
  }
  if (fields.has('command') === fields.has('stage')) {
    yaml.complain(
      named.key,
      `step "${named.name}" needs either a stage or a command`,
      `stage: one of ${catalog.names.join(', ')}`,
    );
    return undefined;
  }
  if (fields.has('command')) return parseCommand(yaml, named, fields);

  const stage = textOf(yaml, fields, 'stage');
  if (stage === undefined) return undefined;
  const node = fields.get('stage')!.value!;
  if (!stage.includes('/') && !catalog.names.includes(stage)) {
    yaml.complain(node, `no stage "${stage}"`, suggest(stage, catalog.names));
    return undefined;
  }
  const registered = await loadStage(yaml, node, { stage, catalog });
  return registered && parseStage(yaml, named, { fields, registered });
}

/** Complains of a stage of the user's own that can't be used. */
async function loadStage(
  yaml: YamlFile,
  node: Node,
  { stage, catalog }: { stage: string; catalog: StageCatalog },
): Promise<Registered | undefined> {
  try {
    return await catalog.load(stage);
  } catch (error) {
    if (!stage.includes('/')) throw error;
    yaml.complain(node, (error as Error).message);
    return undefined;
  }
}

function parseCommand(yaml: YamlFile, { name, key }: Named, fields: Fields): CommandStep | undefined {
  const command = textOf(yaml, fields, 'command');
  if (command === undefined) return undefined;
  const input = parseIn(yaml, fields);
  const outputs = [mainOutput(name, extensionOf(yaml, fields))];
  return {
    kind: 'command',
    name,
    family: name,
    at: yaml.at(key),
    command,
    env: {},
    secrets: [],
    outputs,
    inputs: input ? { in: input } : {},
    limits: { retries: 0, cores: 1 },
  };
}

/** The keys of a step that are text, each with an example. */
const TEXTS = {
  stage: 'decode',
  command: '"sort | uniq -c"',
  in: 'STEP, STEP.OUTPUT or ./a/path',
  extension: 'txt',
};

function textOf(yaml: YamlFile, fields: Fields, name: keyof typeof TEXTS): string | undefined {
  const field = fields.get(name);
  if (field === undefined) return undefined;
  const value = yaml.value(field.value);
  if (typeof value === 'string' && value.trim() !== '') return value;
  yaml.complain(field.value ?? field.key, `${name} must be text`, `such as ${name}: ${TEXTS[name]}`);
  return undefined;
}

/** It stays within the folder of the results. */
function extensionOf(yaml: YamlFile, fields: Fields): string | undefined {
  const extension = textOf(yaml, fields, 'extension');
  if (extension === undefined || /^\w[\w.-]*$/.test(extension)) return extension;
  yaml.complain(
    fields.get('extension')!.value,
    `"${extension}" can't end a file name`,
    'letters, digits, _, - and ., such as txt',
  );
  return undefined;
}

function parseIn(yaml: YamlFile, fields: Fields): Source | undefined {
  const text = textOf(yaml, fields, 'in');
  return text === undefined ? undefined : toSource(text, yaml, fields.get('in')!.value!);
}

function parseStage(
  yaml: YamlFile,
  { name, key }: Named,
  { fields, registered }: { fields: Fields; registered: Registered },
): StageStep {
  const { stage } = registered;
  const input = parseIn(yaml, fields);
  const stageName = String(yaml.value(fields.get('stage')!.value));
  const needsInput = stage.reads.name !== 'nothing';
  if (needsInput && !fields.has('in')) {
    yaml.complain(
      key,
      `step "${name}" has no input`,
      `in: a step that writes ${stage.reads.name}, or a path`,
    );
  } else if (!needsInput && input !== undefined) {
    yaml.complain(fields.get('in')!.key, `${stageName} reads no input`, 'leave `in` out');
  }
  const { options, inputs } = parseOptions(yaml, key, { fields, stage, stageName });
  return {
    kind: 'stage',
    name,
    family: name,
    at: yaml.at(key),
    stage: stageName,
    options,
    locators: Object.keys(stage.options).filter(
      (option) => roleOf(stage.options[option]!).role === 'locator',
    ),
    metrics: stage.metrics === true,
    limits: { retries: 0, cores: 1 },
    inputs: { ...(input ? { in: input } : {}), ...inputs },
    outputs: outputsOf(name, stage, extensionOf(yaml, fields) ?? stage.writes.extension),
  };
}

function mainOutput(name: string, extension = ''): Output {
  return { name: 'out', kind: 'file', fileName: extension === '' ? name : `${name}.${extension}` };
}

function outputsOf(name: string, stage: AnyStage, extension: string): Output[] {
  const outputs = stage.writes.name === 'nothing' ? [] : [mainOutput(name, extension)];
  for (const [option, schema] of Object.entries(stage.options)) {
    const role = roleOf(schema);
    if (role.role !== 'output') continue;
    outputs.push({
      name: option,
      kind: role.kind,
      fileName: role.ending === '' ? name : `${name}.${role.ending}`,
    });
  }
  return outputs;
}

/** Checks `with` against the stage's declaration, and takes the inputs among the options out. */
function parseOptions(
  yaml: YamlFile,
  key: Node,
  { fields, stage, stageName }: { fields: Fields; stage: AnyStage; stageName: string },
): Pick<StageStep, 'options' | 'inputs'> {
  const node = fields.get('with')?.value ?? null;
  const given =
    node === null
      ? new Map<string, { key: Node; value: Node | null }>()
      : (yaml.map(node, 'with') ?? new Map());
  const options: Record<string, unknown> = {};
  const inputs: Record<string, Source> = {};
  const names = Object.keys(stage.options).filter((name) => roleOf(stage.options[name]!).role !== 'output');
  for (const [name, entry] of given) {
    if (names.includes(name)) options[name] = yaml.value(entry.value);
    else if (Object.hasOwn(stage.options, name)) {
      yaml.complain(
        entry.key,
        `"${name}" is an output, which Sluice names itself`,
        `other steps read it as STEP.${name}`,
      );
    } else yaml.complain(entry.key, `${stageName} has no option "${name}"`, suggest(name, names));
  }
  const schema = v.strictObject(Object.fromEntries(names.map((name) => [name, stage.options[name]!])));
  const checked = v.safeParse(schema, options);
  for (const issue of checked.issues ?? []) {
    const name = String(issue.path?.[0]?.key);
    const entry = given.get(name);
    if (entry === undefined)
      yaml.complain(key, `${stageName} needs the option "${name}"`, v.getDescription(stage.options[name]!));
    else
      yaml.complain(
        entry.value ?? entry.key,
        `"${name}" is ${typeof options[name] === 'number' ? options[name] : JSON.stringify(options[name])}: ${issue.message}`,
      );
  }
  if (!checked.success) return { options: {}, inputs };
  const values: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(checked.output)) {
    if (roleOf(stage.options[name]!).role !== 'input') values[name] = value;
    else if (value !== undefined) inputs[name] = toSource(value as string, yaml, given.get(name)!.value!);
  }
  return { options: values, inputs };
}

/** `STEP` or `STEP.OUTPUT`; with a slash in it, a path. */
function toSource(text: string, yaml: YamlFile, node: Node): Source {
  const at = yaml.at(node);
  if (text.includes('/')) return { path: text, at };
  const [step, ...output] = text.split('.') as [string, ...string[]];
  return { step, output: output.length > 0 ? output.join('.') : 'out', at };
}

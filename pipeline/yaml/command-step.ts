import { posix } from 'node:path';
import { check } from './check.ts';
import { baseOf, mainInput, mainOutput, type Draft, type Reference, type Written } from './draft.ts';
import type { Output } from '../experiment.ts';
import { COMMAND_STEP } from './grammar.ts';
import type { Complaint } from '../problem.ts';
import { checkPlaces, placeOf, tidy, type Placed } from './working-folder.ts';
import type { YamlFile } from './yaml-file.ts';

/** A step that runs a command. */
export function parseCommand(yaml: YamlFile, written: Written, unknown: (name: string) => Complaint): Draft {
  const { path, combination } = written;
  const fields = check(yaml, { entries: COMMAND_STEP, value: written.fields, path, unknown });
  const { command = '', env = {}, secrets = [], extension } = fields;
  const variables = variablesOf(env);
  for (const [i, name] of secrets.entries()) {
    if (!Object.hasOwn(variables, name)) continue;
    const hint = 'what decides the outputs belongs in env, what does not in secrets';
    yaml.complain([...path, 'secrets', i], { message: `"${name}" is in env, too`, hint });
  }
  const files = filesOf(yaml, [...path, 'files'], fields.files ?? []);
  const outputs = outputsOf(written.name, [...path, 'outputs'], fields.outputs ?? {});
  checkPlaces(yaml, [...files, ...outputs]);
  return {
    step: {
      ...baseOf(yaml, written, fields),
      kind: 'command',
      command,
      env: variables,
      secrets,
      outputs: [mainOutput(written, extension), ...outputs.map(({ output }) => output)],
    },
    combination,
    references: [...mainInput(written, fields), ...files.map(({ reference }) => reference)],
  };
}

type Fields = ReturnType<typeof check<typeof COMMAND_STEP>>;
type Path = Written['path'];

function variablesOf(env: NonNullable<Fields['env']>): Record<string, string | null> {
  const entries = Array.isArray(env) ? env.map((name) => [name, null] as const) : Object.entries(env);
  return Object.fromEntries(entries.map(([name, value]) => [name, value === null ? null : String(value)]));
}

/** The files of a command: in a list paths, which may lack the slash that tells paths from steps elsewhere. */
function filesOf(
  yaml: YamlFile,
  path: Path,
  files: NonNullable<Fields['files']>,
): (Placed & { reference: Reference })[] {
  if (!Array.isArray(files))
    return Object.entries(files).map(([name, text]) => ({
      place: tidy(name),
      spot: { key: [...path, name] },
      reference: { input: `./${tidy(name)}`, text, path: [...path, name], takesFolder: true },
    }));
  return files.flatMap((file, i) => {
    const place = placeOf(file);
    const spot = [...path, i];
    if (['', '.', '..'].includes(place)) {
      const hint = 'files: { NAME: … } gives it one';
      yaml.complain(spot, { message: `${file} has no name that it could have in the working folder`, hint });
      return [];
    }
    const text = file.includes('/') ? file : `./${file}`;
    return [{ place, spot, reference: { input: `./${place}`, text, path: spot, takesFolder: true } }];
  });
}

function outputsOf(
  step: string,
  path: Path,
  outputs: Readonly<Record<string, string>>,
): (Placed & { output: Output })[] {
  return Object.entries(outputs).map(([name, written]) => {
    const place = tidy(written);
    const kind = written.endsWith('/') ? 'folder' : 'file';
    const fileName = `${step}.${posix.basename(place)}`;
    return { place, spot: [...path, name], output: { name, kind, fileName, path: place } };
  });
}

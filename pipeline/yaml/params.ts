import { parse } from 'yaml';
import * as v from 'valibot';
import { suggest } from '../../src/nearest.ts';
import { isMap } from './check.ts';
import type { Params, ParamValue } from '../experiment.ts';
import { paramValue } from './grammar.ts';
import { declareParam, type Param } from './param.ts';
import type { Complaint, Problem } from '../problem.ts';
import { YamlFile } from './yaml-file.ts';

/** What replaces parameters of an experiment: a file of them, then single ones, `name=value`. */
export interface Overrides {
  readonly file?: { readonly name: string; readonly text: string } | undefined;
  readonly set?: readonly string[] | undefined;
}

/** The experiment's parameters with the overrides put over them, and the mistakes in the overrides. */
export function readParams(
  yaml: YamlFile,
  declarations: unknown,
  { file, set = [] }: Overrides,
): { params: Params; problems: Problem[] } {
  if (!isMap(declarations)) yaml.complain(['params'], NO_MAP);
  const declared = new Map(
    Object.entries(isMap(declarations) ? declarations : {}).map(([name, declaration]) => [
      name,
      declareParam(yaml, name, declaration),
    ]),
  );
  const given = new Map<string, ParamValue>();
  const problems = file === undefined ? [] : readFile(file, declared, given);
  for (const setting of set) {
    const mistake = readSetting(setting, declared, given);
    if (mistake) problems.push({ ...mistake, at: { file: '--set' } });
  }
  const params = [...declared].map(([name, { fallback }]): [string, ParamValue] => {
    const value = given.has(name) ? given.get(name) : fallback;
    if (value !== undefined) return [name, value];
    const hint = `give it one: --set ${name}=VALUE`;
    yaml.complain({ key: ['params', name] }, { message: `parameter "${name}" has no value`, hint });
    return [name, `\${${name}}`]; // what stays so is not complained of again
  });
  return { params: Object.fromEntries(params), problems };
}

const NO_MAP = { message: 'params must be a map of names to values' };

type Declared = ReadonlyMap<string, Param>;

function readFile(
  { name: file, text }: { name: string; text: string },
  declared: Declared,
  given: Map<string, ParamValue>,
): Problem[] {
  const yaml = new YamlFile(file, text);
  const { data } = yaml;
  if (yaml.problems.length === 0 && data !== null && !isMap(data)) yaml.complain([], NO_MAP);
  for (const [name, value] of Object.entries(isMap(data) ? data : {})) {
    const param = declared.get(name);
    const mistake = param?.mistakeIn(value);
    if (param === undefined) yaml.complain({ key: [name] }, unknown(name, declared));
    else if (mistake) yaml.complain([name], mistake);
    else given.set(name, value as ParamValue);
  }
  return yaml.problems;
}

function readSetting(
  setting: string,
  declared: Declared,
  given: Map<string, ParamValue>,
): Complaint | undefined {
  const equals = setting.indexOf('=');
  if (equals < 1) return { message: `"${setting}" is not name=value` };
  const name = setting.slice(0, equals);
  const param = declared.get(name);
  if (param === undefined) return unknown(name, declared);
  const text = setting.slice(equals + 1);
  const value = param.type === 'text' && !/^["']/.test(text) ? text : readValue(text);
  given.set(name, value);
  return param.mistakeIn(value);
}

const unknown = (name: string, declared: Declared): Complaint => ({
  message: `no parameter "${name}"`,
  hint: suggest(name, [...declared.keys()]),
});

/** A value as YAML has it, or else the text itself, such as `a: b: c`. */
function readValue(text: string): ParamValue {
  try {
    const value: unknown = parse(text);
    return v.is(paramValue, value) ? value : text;
  } catch {
    return text;
  }
}

import { isScalar, parse, visit, type Node } from 'yaml';
import { suggest } from '../src/nearest.ts';
import type { Params, ParamValue } from './experiment.ts';
import type { Problem } from './problem.ts';
import { YamlFile } from './yaml-file.ts';

/** What replaces parameters of an experiment: a file of them, then single ones, `name=value`. */
export interface Overrides {
  readonly file?: { readonly name: string; readonly text: string } | undefined;
  readonly set?: readonly string[] | undefined;
}

/** The experiment's parameters with the overrides put over them. Mistakes are added to `problems`. */
export function readParams(
  yaml: YamlFile,
  node: Node | null,
  { file, set }: Overrides,
): { params: Params; problems: Problem[] } {
  const params = node === null ? {} : readValues(yaml, node);
  const names = Object.keys(params);
  const problems: Problem[] = [];
  if (file !== undefined) {
    const overrides = new YamlFile(file.name, file.text);
    if (overrides.root !== null) Object.assign(params, readValues(overrides, overrides.root, names));
    problems.push(...overrides.problems);
  }
  for (const setting of set ?? []) {
    const [name, value] = splitSetting(setting);
    if (value === undefined)
      problems.push({ message: `"${setting}" is not name=value`, at: { file: '--set' } });
    else if (!names.includes(name)) problems.push(unknown(name, names));
    else if (namesAnother(value)) problems.push({ ...another(name), at: { file: '--set' } });
    else params[name] = value;
  }
  return { params, problems };
}

const unknown = (name: string, names: readonly string[]): Problem => ({
  message: `no parameter "${name}"`,
  at: { file: '--set' },
  hint: suggest(name, names),
});

function splitSetting(setting: string): [string, ParamValue | undefined] {
  const equals = setting.indexOf('=');
  if (equals < 1) return [setting, undefined];
  const name = setting.slice(0, equals);
  const text = setting.slice(equals + 1);
  try {
    const value: unknown = parse(text);
    return [name, isParamValue(value) ? value : text];
  } catch {
    return [name, text]; // such as `a: b: c`, which is no YAML: then it is meant as text
  }
}

function readValues(yaml: YamlFile, node: Node, known?: readonly string[]): Record<string, ParamValue> {
  const values: Record<string, ParamValue> = {};
  for (const [name, { key, value }] of yaml.map(node, 'params') ?? []) {
    const plain = yaml.value(value);
    if (known && !known.includes(name)) yaml.complain(key, `no parameter "${name}"`, suggest(name, known));
    else if (namesAnother(plain)) yaml.complain(value, another(name).message, another(name).hint);
    else if (isParamValue(plain)) values[name] = plain;
    else
      yaml.complain(value, `parameter "${name}" must be text, a number, true or false, or a list of these`);
  }
  return values;
}

const isParamValue = (value: unknown): value is ParamValue =>
  Array.isArray(value) ? value.every(isPlain) : isPlain(value);
const isPlain = (value: unknown): boolean =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);

const namesAnother = (value: unknown): boolean =>
  [value].flat().some((part) => typeof part === 'string' && /\$\{[^}]*\}/.test(part));
const another = (name: string): Pick<Problem, 'message' | 'hint'> => ({
  message: `parameter "${name}" names another`,
  hint: 'parameters stand in the steps only; write its value out',
});

const REFERENCE = /\$\{([^}]*)\}/g;

/**
 * Puts parameters in the place of every `${name}` below `node`, in place: a text that is only `${name}` becomes the
 * value itself, with its type; within a longer text it becomes the value's text. Complains of text that can't be given
 * to a program.
 */
export function substitute(yaml: YamlFile, node: Node, params: Params): void {
  const lookUp = (scalar: Node, name: string): ParamValue => {
    if (Object.hasOwn(params, name)) return params[name]!;
    yaml.complain(
      scalar,
      `no parameter "${name}"`,
      `${suggest(name, Object.keys(params))} (a shell's variable is written $${name})`,
    );
    return `\${${name}}`;
  };
  visit(node, {
    Scalar(key, scalar) {
      if (key === 'key' || !isScalar<string>(scalar) || typeof scalar.value !== 'string') return undefined;
      const whole = /^\$\{([^}]*)\}$/.exec(scalar.value);
      if (!whole) {
        scalar.value = scalar.value.replace(REFERENCE, (_, name: string) => String(lookUp(scalar, name)));
        return undefined;
      }
      const value = lookUp(scalar, whole[1]!);
      if (Array.isArray(value)) return yaml.list(value, scalar);
      (scalar as { value: unknown }).value = value;
      return undefined;
    },
  });
  visit(node, {
    Scalar(_, scalar) {
      if (typeof scalar.value === 'string' && scalar.value.includes('\0'))
        yaml.complain(scalar, 'text with a NUL character in it', 'no program can be given one');
    },
  });
}

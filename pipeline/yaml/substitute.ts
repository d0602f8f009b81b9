import { suggest } from '../../src/nearest.ts';
import { isMap } from './check.ts';
import type { Params, ParamValue } from '../experiment.ts';
import type { Path, YamlFile } from './yaml-file.ts';

interface Part {
  readonly value: unknown;
  readonly path: Path;
  readonly params: Params;
}

/**
 * A value with parameters in the place of every `${name}` in it: a text that is only `${name}` becomes the parameter
 * itself, with its type; within a longer text it becomes the parameter's text. Complains of names that no parameter
 * has, and of text that can't be given to a program.
 */
export function substitute(yaml: YamlFile, { value, path, params }: Part): unknown {
  const inner = (item: unknown, name: string | number): unknown =>
    substitute(yaml, { value: item, path: [...path, name], params });
  if (Array.isArray(value)) return value.map(inner);
  if (isMap(value))
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, inner(item, name)]));
  if (typeof value !== 'string') return value;
  const result = replaceIn(value, (name) => {
    if (Object.hasOwn(params, name)) return params[name]!;
    const hint = `${suggest(name, Object.keys(params))} (a shell's variable is written $${name})`;
    yaml.complain(path, { message: `no parameter "${name}"`, hint });
    return `\${${name}}`;
  });
  if (typeof result === 'string' && result.includes('\0'))
    yaml.complain(path, { message: 'text with a NUL character in it', hint: 'no program can be given one' });
  return result;
}

const REFERENCE = /\$\{([^}]*)\}/g;

function replaceIn(text: string, lookUp: (name: string) => ParamValue): ParamValue {
  const whole = /^\$\{([^}]*)\}$/.exec(text);
  return whole ? lookUp(whole[1]!) : text.replace(REFERENCE, (_, name: string) => String(lookUp(name)));
}

/** Whether a value names a parameter that is to be put in its place. */
export const namesParam = (value: unknown): boolean =>
  [value].flat().some((part) => typeof part === 'string' && part.search(REFERENCE) >= 0);

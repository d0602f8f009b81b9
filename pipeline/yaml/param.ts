import * as v from 'valibot';
import { check, isMap, show } from './check.ts';
import type { ParamValue } from '../experiment.ts';
import { PARAM, PARAM_TYPES, paramValue, type ParamType } from './grammar.ts';
import type { Complaint } from '../problem.ts';
import { namesParam } from './substitute.ts';
import type { YamlFile } from './yaml-file.ts';

/** A parameter as an experiment declares it. */
export interface Param {
  /** `undefined` where it may be anything. */
  readonly type: ParamType | undefined;
  /** Its value where no other is given; `undefined` if one has to be given. */
  readonly fallback: ParamValue | undefined;
  /** What is wrong with a value for it. */
  readonly mistakeIn: (value: unknown) => Complaint | undefined;
}

/** Reads how a parameter is declared: by its default alone, or in full. */
export function declareParam(yaml: YamlFile, name: string, declared: unknown): Param {
  const path = ['params', name];
  const isFull = isMap(declared);
  const full: Declaration = isFull
    ? check(yaml, { entries: PARAM, value: declared, path })
    : { default: declared };
  const place = isFull ? [...path, 'default'] : path;
  const type = full.type ?? typeOf(full.default ?? full.choices?.[0], yaml.textAt(place));
  const mistakeIn = (value: unknown) => mistakeOf(value, { ...full, name, type });
  if (full.default !== undefined) {
    const mistake = mistakeIn(full.default);
    if (mistake) yaml.complain(place, mistake);
    return { type, fallback: full.default as ParamValue, mistakeIn };
  }
  if (type !== undefined) return { type, fallback: undefined, mistakeIn };
  if (isFull && !Object.hasOwn(declared, 'type')) {
    const hint = `type: one of ${PARAM_TYPES.join(', ')}`;
    yaml.complain({ key: path }, { message: `parameter "${name}" needs a type or a default`, hint });
  }
  return { type, fallback: null, mistakeIn };
}

type Declaration = ReturnType<typeof check<typeof PARAM>>;

interface Type {
  readonly words: string;
  readonly includes: (value: unknown) => boolean;
}
const TYPES: Readonly<Record<ParamType, Type>> = {
  integer: { words: 'a whole number', includes: Number.isSafeInteger },
  number: { words: 'a number', includes: Number.isFinite },
  boolean: { words: 'true or false', includes: (value) => typeof value === 'boolean' },
  text: { words: 'text', includes: (value) => typeof value === 'string' },
  list: { words: 'a list', includes: Array.isArray },
};

/** The first type that has the value; `1.0` is written so because it need not be whole. */
function typeOf(value: unknown, written: string): ParamType | undefined {
  if (typeof value === 'number' && /[.eE]/.test(written)) return 'number';
  return PARAM_TYPES.find((type) => TYPES[type].includes(value));
}

function mistakeOf(
  value: unknown,
  { name, ...declared }: Declaration & { name: string; type: ParamType | undefined },
): Complaint | undefined {
  if (namesParam(value))
    return {
      message: `parameter "${name}" names another`,
      hint: 'parameters stand in the steps only; write its value out',
    };
  if (!v.is(paramValue, value))
    return { message: `parameter "${name}" must be text, a number, true or false, or a list of these` };
  const expected = expectedInstead(value, declared);
  if (expected === undefined) return undefined;
  const isUnquoted = declared.type === 'text' && typeof value !== 'string' && !Array.isArray(value);
  const hint = isUnquoted ? `in quotes it is text: "${value}"` : undefined;
  return { message: `parameter "${name}" is ${expected}, not ${show(value)}`, hint };
}

/** What a value should be, in words; of a list also each item. */
function expectedInstead(value: ParamValue, { type, min, max, choices }: Declaration): string | undefined {
  if (type !== undefined && !TYPES[type].includes(value)) return TYPES[type].words;
  const items = [value].flat();
  if (min !== undefined && !items.every((item) => Number(item) >= min)) return `at least ${min}`;
  if (max !== undefined && !items.every((item) => Number(item) <= max)) return `at most ${max}`;
  if (choices && !items.every((item) => choices.includes(item)))
    return `one of ${choices.map(show).join(', ')}`;
  return undefined;
}

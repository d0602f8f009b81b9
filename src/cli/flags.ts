import * as v from 'valibot';
import { StageError } from '../error.ts';
import { flagOf } from '../options.ts';
import type { AnyStage } from '../stage.ts';
import { unknownFlag } from './unknown-flag.ts';

/** An option as the shell sees it. */
export interface Flag {
  readonly name: string;
  readonly type: 'boolean' | 'list' | 'number' | 'text';
  readonly description: string;
  readonly choices?: readonly string[] | undefined;
  readonly default?: unknown;
  readonly required: boolean;
  /** Whether it may be `null`. */
  readonly nullable: boolean;
}

/** The flags of a stage, from its declaration. */
export function flagsOf(stage: AnyStage): Flag[] {
  return Object.entries(stage.options).map(([name, schema]) => {
    const { inner, nullable } = unwrap(schema);
    const choices = (inner.type === 'array' ? inner.item! : inner) as { options?: readonly string[] };
    return {
      name,
      type: TYPES[inner.type] ?? 'text',
      description: v.getDescription(inner) ?? '',
      choices: choices.options,
      default: 'default' in schema ? schema.default : undefined,
      required: schema.type !== 'optional',
      nullable,
    };
  });
}

type Inner = v.GenericSchema & { readonly item?: v.GenericSchema };

/** What an option is within `optional` and `nullable`. */
function unwrap(schema: v.GenericSchema): { inner: Inner; nullable: boolean } {
  if (!('wrapped' in schema)) return { inner: schema, nullable: false };
  const { inner, nullable } = unwrap(schema.wrapped as v.GenericSchema);
  return { inner, nullable: nullable || schema.type === 'nullable' };
}

const TYPES: Record<string, Flag['type']> = { array: 'list', boolean: 'boolean', number: 'number' };

/** Turns what yargs read into options, checked against the declaration. Throws `USAGE`. */
export function readOptions(
  stage: AnyStage,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const flags = flagsOf(stage);
  const names = new Map(flags.map((flag) => [flagOf(flag.name), flag]));
  const options: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const flag = names.get(name);
    if (flag === undefined) throw unknownFlag(name, [...names.keys()]);
    if (value !== undefined) options[flag.name] = readValue(flag, value);
  }
  const checked = v.safeParse(v.strictObject(stage.options), options);
  if (checked.success) return checked.output;
  const [issue] = checked.issues;
  const name = String(issue.path?.[0]?.key);
  const about = names.get(flagOf(name))!;
  if (name in options)
    throw new StageError('USAGE', `--${flagOf(name)} is ${show(given[flagOf(name)])}: ${issue.message}`);
  throw new StageError('USAGE', `--${flagOf(name)} is needed`, { hint: about.description });
}

function readValue({ name, type, nullable }: Flag, value: unknown): unknown {
  if (nullable && value === 'null') return null;
  if (type === 'list')
    return [value].flat().flatMap((text) => (text === '' ? [] : String(text).split(',').map(toNumberIfOne)));
  if (Array.isArray(value)) throw new StageError('USAGE', `--${flagOf(name)} is given ${value.length} times`);
  return type === 'number' ? toNumberIfOne(String(value)) : value;
}

const toNumberIfOne = (text: string): string | number =>
  text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);

const show = (value: unknown): string => (typeof value === 'string' ? `"${value}"` : String(value));

import * as v from 'valibot';
import { StageError } from './error.ts';
import { suggest } from './nearest.ts';

/** A whole number, at least `min`. */
export const integer = (min: number, description: string) =>
  v.pipe(
    v.number('expected a whole number'),
    v.safeInteger('expected a whole number below 2^53'),
    v.minValue(min, `expected a whole number of at least ${min}`),
    v.description(description),
  );

/** A whole number that fits 32 bits, as word numbers do. */
export const uint32 = (min: number, description: string) =>
  v.pipe(integer(min, description), v.maxValue(0xffffffff, 'expected at most 4294967295'));

/** A number from `min` to `max`. */
export const number = (min: number, max: number, description: string) =>
  v.pipe(
    v.number('expected a number'),
    v.minValue(min, `expected a number of at least ${min}`),
    v.maxValue(max, `expected a number of at most ${max}`),
    v.description(description),
  );

export const text = (description: string) => v.pipe(v.string('expected text'), v.description(description));

/** Text of a given form; `form` says it in words. */
export const pattern = (regex: RegExp, form: string, description: string) =>
  v.pipe(v.string(`expected ${form}`), v.regex(regex, `expected ${form}`), v.description(description));

export const choice = <const T extends readonly string[]>(values: T, description: string) =>
  v.pipe(v.picklist(values, `expected one of ${values.join(', ')}`), v.description(description));

export const flag = (description: string) =>
  v.pipe(v.boolean('expected true or false'), v.description(description));

/** Any number of `item`, also none. */
export const some = <T extends v.GenericSchema>(item: T, description: string) =>
  v.pipe(v.array(item, 'expected a list'), v.description(description));

/** One or more of `item`. */
export const list = <T extends v.GenericSchema>(item: T, description: string) =>
  v.pipe(
    v.array(item, 'expected a list'),
    v.minLength(1, 'expected a list that is not empty'),
    v.description(description),
  );

/** Where something lies whose content another option's digest fixes: not part of a step's key. */
export const locator = (description: string) =>
  v.pipe(v.string('expected a URL or a path'), v.description(description), v.metadata({ role: 'locator' }));

/** The path of a file for whoever runs the stage in a shell: a step of an experiment has none. */
export const shellFile = (description: string) =>
  v.pipe(v.string('expected a file name'), v.description(description), v.metadata({ role: 'shell' }));

/** The path of a file that the stage reads besides its input. In YAML: a step's output, or a path. */
export const inputFile = (description: string) =>
  v.pipe(v.string('expected a file'), v.description(description), v.metadata({ role: 'input' }));

/** The path of a file that the stage writes besides its output; `ending` completes a step's name to a file name. */
export const outputFile = (ending: string, description: string) =>
  v.pipe(
    v.string('expected a file name'),
    v.description(description),
    v.metadata({ role: 'output', kind: 'file', ending }),
  );

/** The path of a folder that the stage makes; `ending`, if it is given, completes a step's name to the folder's name. */
export const outputFolder = (description: string, ending = '') =>
  v.pipe(
    v.string('expected a folder name'),
    v.description(description),
    v.metadata({ role: 'output', kind: 'folder', ending }),
  );

/** What an option is besides a value. */
export type Role =
  | { readonly role: 'input' }
  | { readonly role: 'shell' }
  | { readonly role: 'output'; readonly kind: 'file' | 'folder'; readonly ending: string }
  | { readonly role: 'locator' }
  | { readonly role: 'value' };

/** The role that `inputFile`, `outputFile` or `outputFolder` gave to an option, through `optional` and `nullable` too. */
export function roleOf(option: v.GenericSchema): Role {
  if ('wrapped' in option) return roleOf(option.wrapped as v.GenericSchema);
  const metadata = v.getMetadata(option);
  return 'role' in metadata ? (metadata as unknown as Role) : { role: 'value' };
}

/** Options as a stage gets them, defaults filled in. Throws `USAGE` for the first that is wrong. */
export function checkOptions<Entries extends v.ObjectEntries>(
  entries: Entries,
  given: object,
): v.InferOutput<v.StrictObjectSchema<Entries, undefined>> {
  const checked = v.safeParse(v.strictObject(entries), given);
  if (checked.success) return checked.output;
  const [{ path, message }] = checked.issues;
  const name = String(path?.[0].key);
  const where = { field: name };
  if (!Object.hasOwn(entries, name))
    throw new StageError('USAGE', `no option "${name}"`, {
      where,
      hint: suggest(name, Object.keys(entries)),
    });
  if (!(name in given)) {
    const hint = v.getDescription(entries[name] as v.GenericSchema) ?? message;
    throw new StageError('USAGE', `the option "${name}" is needed`, { where, hint });
  }
  const value: unknown = (given as Record<string, unknown>)[name];
  throw new StageError('USAGE', `"${name}" is ${JSON.stringify(value)}: ${message}`, { where });
}

/** An option's flag: `batchSize` is `--batch-size`. */
export const flagOf = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** An option's value as it is written behind its flag: a list with commas. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.map(valueText).join(',') : JSON.stringify(value);
}

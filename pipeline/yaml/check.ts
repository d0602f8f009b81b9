import * as v from 'valibot';
import { suggest } from '../../src/nearest.ts';
import type { Complaint } from '../problem.ts';
import type { Path, YamlFile } from './yaml-file.ts';

export type Fields = Readonly<Record<string, unknown>>;
export const isMap = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Checked<E> {
  readonly entries: E;
  /** A map of what is to be checked. */
  readonly value: Fields;
  readonly path: Path;
  /** Says that a name is none of the entries'. */
  readonly unknown?: (name: string) => Complaint;
  /** Says that an entry is needed; told at the name of what `path` is a part of. */
  readonly missing?: (name: string) => Complaint;
}

/**
 * What of a map is right by its grammar, defaults filled in. Complains of every name and value that is wrong, at its
 * own place.
 */
export function check<const E extends v.ObjectEntries>(
  yaml: YamlFile,
  { entries, value, path, unknown = unknownKey(entries), missing = needed }: Checked<E>,
): Partial<v.InferOutput<v.ObjectSchema<E, undefined>>> {
  for (const name of Object.keys(value))
    if (!Object.hasOwn(entries, name)) yaml.complain({ key: [...path, name] }, unknown(name));
  const checked = v.safeParse(v.object(entries), value, { abortPipeEarly: true });
  const right = { ...(checked.output as object) } as Partial<v.InferOutput<v.ObjectSchema<E, undefined>>>;
  for (const { at, isName, message } of (checked.issues ?? []).flatMap((issue) => findings(issue))) {
    const last = at.at(-1)!;
    delete right[at[0] as keyof E];
    if (at.length === 1 && !Object.hasOwn(value, last))
      yaml.complain({ key: path.slice(0, -1) }, missing(String(last)));
    else if (isName)
      yaml.complain({ key: [...path, ...at] }, { message: `${show(last)} can't stand here: ${message}` });
    else if (!isUnresolved(partOf(value, at))) {
      const name = at.findLast((part) => typeof part === 'string');
      const verb = typeof last === 'number' ? 'has' : 'is';
      yaml.complain([...path, ...at], {
        message: `"${name}" ${verb} ${show(partOf(value, at))}: ${message}`,
      });
    }
  }
  return right;
}

/** Says that a name is none of the entries', and which one was meant. */
export const unknownKey =
  (entries: object) =>
  (name: string): Complaint => ({
    message: `unknown key "${name}"`,
    hint: suggest(name, Object.keys(entries)),
  });
const needed = (name: string): Complaint => ({ message: `"${name}" is needed` });

interface Finding {
  readonly at: readonly (string | number)[];
  /** Whether it is about a name, not what the name stands for. */
  readonly isName: boolean;
  readonly message: string;
}

/** What an issue is about, exactly: of alternatives, what is wrong within the one that was meant. */
function findings(issue: v.BaseIssue<unknown>, before: Finding['at'] = []): Finding[] {
  const at = [...before, ...(issue.path ?? []).map(({ key }) => key as string | number)];
  const within = issue.issues?.filter(({ path }) => path !== undefined) ?? [];
  if (within.length > 0) return within.flatMap((inner) => findings(inner, at));
  const isName = issue.path?.at(-1)?.origin === 'key';
  return [{ at, isName, message: issue.message }];
}

const partOf = (value: unknown, at: Finding['at']): unknown =>
  at.reduce<unknown>((inner, part) => (inner as Fields)[part], value);

/** A parameter that isn't there: that was complained of. */
const isUnresolved = (input: unknown): boolean => typeof input === 'string' && /\$\{[^}]*\}/.test(input);

/** A value in a message. */
export function show(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

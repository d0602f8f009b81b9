import { roleOf } from '../src/options.ts';
import type { AnyStage } from '../src/stage.ts';
import type { CodeReader } from './code.ts';
import { canonicalJson, digestOf, type Digest } from './digest.ts';
import type { Step } from './experiment.ts';

/** The digest of everything that decides a step's outputs. */
export type Key = Digest & { readonly __of: 'KeyParts' };

/**
 * What is in a key, and nothing else is. No absolute path, no time, nothing of the machine that the stage doesn't
 * name as its toolchain.
 */
export interface KeyParts {
  /** Of this list; another number means that keys of another meaning are not looked at. */
  readonly format: 1;
  /** A stage's name, or a shell command. */
  readonly stage?: string;
  readonly command?: string;
  /** Modules by digest, packages by version. */
  readonly code: Readonly<Record<string, string>>;
  /** Resolved; without locators, inputs and outputs. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, Digest>>;
  readonly outputs: readonly string[];
  /** What the stage says that it depends on: engine, platform, Node. */
  readonly toolchain: Readonly<Record<string, string>>;
}

export const keyOf = (parts: KeyParts): Key => digestOf(canonicalJson(parts)) as Key;

/** The parts of a step's key, once the digests of its inputs are known. */
export async function keyParts(
  step: Step,
  inputs: Record<string, Digest>,
  code: CodeReader,
): Promise<KeyParts> {
  const outputs = step.outputs.map(({ name }) => name).toSorted();
  if (step.kind === 'command') {
    return { format: 1, command: step.command, code: {}, options: {}, inputs, outputs, toolchain: {} };
  }
  const { stage, module } = step.registered;
  const options = Object.fromEntries(
    Object.entries(step.options).filter(
      ([name, value]) => value !== undefined && roleOf(stage.options[name]!).role !== 'locator',
    ),
  );
  return {
    format: 1,
    stage: step.stage,
    // What a digest among the options fixes comes out the same, whatever code got it.
    code: hasLocator(stage) ? {} : await code.read(module),
    options,
    inputs,
    outputs,
    toolchain: (await stage.toolchain?.()) ?? {},
  };
}

const hasLocator = ({ options }: AnyStage): boolean =>
  Object.values(options).some((schema) => roleOf(schema).role === 'locator');

/** One difference between two keys: `options.epochs`, from 20 to 4. */
export interface Change {
  readonly part: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What differs between two keys, part by part. */
export function compareKeys(before: KeyParts, after: KeyParts): Change[] {
  const old = flatten(before);
  const now = flatten(after);
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((part) => ({ part, before: old.get(part), after: now.get(part) }))
    .filter((change) => change.before !== change.after);
}

/** Of whatever shape: what was read from a disk may be damaged. */
function flatten(parts: KeyParts): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [name, part] of Object.entries(parts) as [string, unknown][]) {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) flat.set(name, show(part));
    else for (const [inner, value] of Object.entries(part)) flat.set(`${name}.${inner}`, show(value));
  }
  return flat;
}

const show = (value: unknown): string => (typeof value === 'string' ? value : canonicalJson(value));

import type { Toolchain } from '../src/stage.ts';
import type { Code } from './code.ts';
import { canonicalJson, digestOf, type Digest } from './digest.ts';
import type { StageStep, Step } from './experiment.ts';

/** The digest of everything that decides a step's outputs. */
export type Key = Digest & { readonly __of: 'KeyParts' };

/**
 * What is in a key, and nothing else is. No absolute path, no time, nothing of the machine that the stage doesn't
 * name as its toolchain.
 */
export interface KeyParts {
  /** Of this list; another number means that keys of another meaning are not looked at. */
  readonly format: 2;
  /** A stage's name, or a shell command. */
  readonly stage?: string;
  readonly command?: string;
  /** Of a stage: modules by digest, packages by version. */
  readonly code?: Code;
  /** Of a stage: resolved; without locators, inputs and outputs. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, Digest>>;
  /** By name; of a command also where it writes them, with a slash behind a folder. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Of a stage: what it says that it depends on: engine, platform, Node. */
  readonly toolchain?: Toolchain;
  /** Of a command: the variables that it declares. */
  readonly environment?: Readonly<Record<string, string | null>>;
}

export const keyOf = (parts: KeyParts): Key => digestOf(canonicalJson(parts)) as Key;

/** What a stage's outputs depend on besides what its step says. */
export interface Tool {
  readonly code: Code;
  readonly toolchain: Toolchain;
}

/** The parts of a step's key, once the digests of its inputs are known. */
export async function keyParts(
  step: Step,
  inputs: Record<string, Digest>,
  { tool, environment }: Surroundings,
): Promise<KeyParts> {
  if (step.kind === 'command') {
    const variables = Object.entries(step.env).map(([name, value]) => [
      name,
      value ?? environment[name] ?? null,
    ]);
    const places = step.outputs.map(({ name, kind, path = '' }) => [
      name,
      kind === 'folder' ? `${path}/` : path,
    ]);
    const outputs = Object.fromEntries(places) as Record<string, string>;
    return { format: 2, command: step.command, inputs, outputs, environment: Object.fromEntries(variables) };
  }
  const { code, toolchain } = await tool(step);
  const options = Object.fromEntries(
    Object.entries(step.options).filter(
      ([name, value]) => value !== undefined && !step.locators.includes(name),
    ),
  );
  return {
    format: 2,
    stage: step.stage,
    // What a digest among the options fixes comes out the same, whatever code got it.
    code: step.locators.length > 0 ? {} : code,
    options,
    inputs,
    outputs: Object.fromEntries(step.outputs.map(({ name }) => [name, ''])),
    toolchain,
  };
}

/** What of a key comes from elsewhere than the experiment. */
export interface Surroundings {
  readonly tool: (step: StageStep) => Promise<Tool>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

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

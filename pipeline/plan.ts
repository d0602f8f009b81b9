import type { Decision, Plan } from './decision.ts';
import { needs, type Step } from './experiment.ts';
import { compareKeys, keyOf, keyParts, type KeyParts, type Surroundings } from './key.ts';
import type { Entry, Stored } from './store/entry.ts';
import type { Store } from './store/store.ts';

/** What planning reads. It writes nothing. */
export interface Planning extends Surroundings {
  readonly store: Pick<Store, 'lookUp'>;
  /** The keys that the steps had last, by their names. */
  readonly last: () => Readonly<Record<string, KeyParts>>;
  /** The files and folders that are inputs, by path. */
  readonly files: ReadonlyMap<string, Stored>;
  readonly forced: ReadonlySet<string>;
}

/** The outputs of the steps that are known so far: step → output → digest. */
export type Known = Map<string, Entry['outputs']>;

/** Decides about every step, as far as it can be known before any runs. `steps` are in order. */
export async function makePlan(steps: readonly Step[], planning: Planning): Promise<Plan> {
  const known: Known = new Map();
  const plan = new Map<string, Decision>();
  for (const step of steps) {
    const decision = await decide(step, known, planning);
    if (decision.state === 'hit') known.set(step.name, decision.entry.outputs);
    plan.set(step.name, decision);
  }
  return plan;
}

/** Decides about one step, given the outputs that are known. */
export async function decide(step: Step, known: Known, planning: Planning): Promise<Decision> {
  const unknown = needs(step).filter((name) => !known.has(name));
  if (unknown.length > 0) return { state: 'wait', for: unknown };
  const inputs = Object.fromEntries(
    Object.entries(step.inputs).map(([name, source]) => [
      name,
      ('path' in source ? planning.files.get(source.path)! : known.get(source.step)![source.output]!).sha256,
    ]),
  );
  const parts = await keyParts(step, inputs, planning);
  const key = keyOf(parts);
  if (planning.forced.has(step.name)) return { state: 'run', key, parts, reason: { why: 'forced' } };
  const lookup = await planning.store.lookUp(key);
  if (lookup.found === 'whole') return { state: 'hit', key, parts, entry: lookup.entry };
  if (lookup.found === 'damaged')
    return { state: 'run', key, parts, reason: { why: 'damaged', what: lookup.why } };
  const last = planning.last()[step.name];
  if (last === undefined) return { state: 'run', key, parts, reason: { why: 'new' } };
  const changes = compareKeys(last, parts);
  return {
    state: 'run',
    key,
    parts,
    reason: changes.length > 0 ? { why: 'changed', changes } : { why: 'gone' },
  };
}

import { cutEnd } from '../tell/columns.ts';
import type { Decision, Plan } from '../decision.ts';
import { onOneLine } from '../tell/difference.ts';
import type { Step } from '../experiment.ts';

export type StepState = Decision['state'];

/** What a picture of an experiment shows, whatever it is drawn with. All texts are on one line, and not yet escaped. */
export interface GraphView {
  /** The steps in order; those of one matrix together, under the name of their family. */
  readonly groups: readonly { readonly family?: string; readonly nodes: readonly GraphNode[] }[];
  readonly edges: readonly GraphEdge[];
  /** What the shapes and states that occur mean; nothing, where no plan is shown. */
  readonly legend: readonly GraphNode[];
}

export interface GraphNode {
  readonly id: string;
  readonly kind: Step['kind'];
  readonly title: string;
  /** The stage or the command, and what is to be done. */
  readonly subtitle: string;
  readonly state: StepState | undefined;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** Empty for the standard output into the standard input; else the names of what flows. */
  readonly label: string;
}

/** The steps and what flows between them; with a plan, also what it would do. */
export function viewGraph(steps: readonly Step[], plan?: Plan): GraphView {
  const ids = new Map(steps.map(({ name }, i) => [name, `s${i}`]));
  const nodes = steps.map((step) => toNode(step, ids.get(step.name)!, plan?.get(step.name)?.state));
  const families = new Map<string, GraphNode[]>();
  for (const [i, { family }] of steps.entries()) {
    const members = families.get(family) ?? [];
    members.push(nodes[i]!);
    families.set(family, members);
  }
  return {
    groups: [...families].map(([family, members]) =>
      members.length > 1 ? { family: onOneLine(family), nodes: members } : { nodes: members },
    ),
    edges: steps.flatMap((step) => edgesTo(step, ids)),
    legend: plan === undefined ? [] : legendOf(nodes),
  };
}

/** Of a command, in characters: a picture is no place for more. */
const LONGEST_COMMAND = 50;

function toNode(step: Step, id: string, state: StepState | undefined): GraphNode {
  const what = step.kind === 'stage' ? step.stage : cutEnd(onOneLine(step.command), LONGEST_COMMAND);
  const told = [...(what === step.name ? [] : [what]), ...(state === undefined ? [] : [WORDS[state]])];
  return { id, kind: step.kind, title: onOneLine(step.name), subtitle: told.join(' · '), state };
}

const WORDS: Record<StepState, string> = { hit: 'hit', run: 'runs', wait: 'waits' };

const MEANINGS: Record<StepState, string> = {
  hit: 'hit: nothing has changed',
  run: 'runs',
  wait: 'waits: runs if its input comes out different',
};

function legendOf(nodes: readonly GraphNode[]): GraphNode[] {
  const kinds = (['stage', 'command'] as const).filter((kind) => nodes.some((node) => node.kind === kind));
  const states = (['hit', 'run', 'wait'] as const).filter((state) =>
    nodes.some((node) => node.state === state),
  );
  return [
    ...kinds.map((kind) => ({ id: `l_${kind}`, kind, title: `a ${kind}`, subtitle: '', state: undefined })),
    ...states.map((state) => ({
      id: `l_${state}`,
      kind: 'stage' as const,
      title: MEANINGS[state],
      subtitle: '',
      state,
    })),
  ];
}

/** One edge from each step that it reads from. */
function edgesTo(step: Step, ids: ReadonlyMap<string, string>): GraphEdge[] {
  const labels = new Map<string, string[]>();
  for (const [input, source] of Object.entries(step.inputs)) {
    if (!('step' in source)) continue;
    const parts = [...(source.output === 'out' ? [] : [source.output]), ...(input === 'in' ? [] : [input])];
    const known = labels.get(source.step) ?? [];
    labels.set(source.step, parts.length > 0 ? [...known, onOneLine(parts.join(' → '))] : known);
  }
  return [...labels].map(([from, names]) => ({
    from: ids.get(from)!,
    to: ids.get(step.name)!,
    label: names.join(', '),
  }));
}

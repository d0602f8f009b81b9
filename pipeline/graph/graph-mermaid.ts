import type { Plan } from '../decision.ts';
import type { Step } from '../experiment.ts';
import { viewGraph, type GraphNode, type StepState } from './graph-view.ts';

/** The steps and what flows between them as a Mermaid flowchart; with a plan, hits and misses are told apart. */
export function toMermaid(steps: readonly Step[], plan?: Plan): string {
  const { groups, edges, legend } = viewGraph(steps, plan);
  const lines = ['flowchart LR'];
  groups.forEach(({ family, nodes }, i) => {
    if (family !== undefined) lines.push(`  subgraph f${i}["${escape(family)}"]`);
    lines.push(...nodes.map(writeNode));
    if (family !== undefined) lines.push('  end');
  });
  for (const { from, to, label } of edges)
    lines.push(`  ${from} ${label === '' ? '-->' : `-->|"${escape(label)}"|`} ${to}`);
  if (legend.length > 0) {
    const styles = Object.entries(STYLES).map(([state, style]) => `  classDef ${state} ${style}`);
    lines.push('  subgraph legend', ...legend.map(writeNode), '  end', ...styles);
  }
  return `${lines.join('\n')}\n`;
}

const STYLES: Record<StepState, string> = {
  hit: 'fill:#d9efd9,stroke:#2e7d32,color:#000',
  run: 'fill:#ffe5b0,stroke:#b36200,color:#000,stroke-width:3px',
  wait: 'fill:#f2f2f2,stroke:#666,color:#000,stroke-dasharray:5 4',
};

function writeNode({ id, kind, title, subtitle, state }: GraphNode): string {
  const label = `${escape(title)}${subtitle === '' ? '' : `<br/><small>${escape(subtitle)}</small>`}`;
  const shape = kind === 'stage' ? `["${label}"]` : `[["${label}"]]`;
  return `  ${id}${shape}${state === undefined ? '' : `:::${state}`}`;
}

/** What Mermaid would take for the end of a text, HTML, Markdown, a comment or a style, as its `#number;`. */
const escape = (text: string): string =>
  text.replaceAll(/["#;&<>`:%\\]/g, (character) => `#${character.charCodeAt(0)};`);

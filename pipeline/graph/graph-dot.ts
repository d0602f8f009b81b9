import type { Plan } from '../decision.ts';
import type { Step } from '../experiment.ts';
import { viewGraph, type GraphNode, type StepState } from './graph-view.ts';

/** The steps and what flows between them in Graphviz's language; with a plan, hits and misses are told apart. */
export function toDot(steps: readonly Step[], plan?: Plan): string {
  const { groups, edges, legend } = viewGraph(steps, plan);
  const lines = [
    'digraph sluice {',
    '  rankdir=LR',
    `  graph [${FONT}, fontsize=12, style=rounded, color="#999999"]`,
    `  node [${FONT}, shape=box, fontsize=12, style=filled, fillcolor=white, margin="0.2,0.1"]`,
    `  edge [${FONT}, fontsize=10]`,
  ];
  groups.forEach(({ family, nodes }, i) => {
    if (family !== undefined) lines.push(`  subgraph cluster_${i} {`, `  label=${quote(family)}`);
    lines.push(...nodes.map(writeNode));
    if (family !== undefined) lines.push('  }');
  });
  for (const { from, to, label } of edges)
    lines.push(`  ${from} -> ${to}${label === '' ? '' : ` [label=${quote(label)}]`}`);
  if (legend.length > 0)
    lines.push('  subgraph cluster_legend {', '  label=legend', ...legend.map(writeNode), '  }');
  return `${lines.join('\n')}\n}\n`;
}

const FONT = 'fontname="Helvetica,Arial,sans-serif"';

const STYLES: Record<StepState, string> = {
  hit: 'fillcolor="#d9efd9", color="#2e7d32"',
  run: 'fillcolor="#ffe5b0", color="#b36200", penwidth=3',
  wait: 'fillcolor="#f2f2f2", color="#666666", style="filled,dashed"',
};

function writeNode({ id, kind, title, subtitle, state }: GraphNode): string {
  const frames = kind === 'stage' ? '' : 'peripheries=2, ';
  const label = subtitle === '' ? quote(title) : quote(title).slice(0, -1) + '\\n' + quote(subtitle).slice(1);
  return `  ${id} [${frames}label=${label}${state === undefined ? '' : `, ${STYLES[state]}`}]`;
}

/** A label: a backslash would begin an escape such as `\N`, an ampersand an entity such as `&lt;`. */
const quote = (text: string): string =>
  `"${text.replaceAll('&', '&amp;').replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

import { needs, type Step } from './experiment.ts';

/** The steps and what flows between them as a Mermaid flowchart. */
export function toMermaid(steps: readonly Step[]): string {
  const number = new Map(steps.map(({ name }, i) => [name, `s${i}`]));
  const lines = ['flowchart LR'];
  for (const step of steps) {
    const what = step.kind === 'stage' ? step.stage : step.command;
    const label = what === step.name ? step.name : `${step.name}<br/><small>${escape(what)}</small>`;
    lines.push(
      step.kind === 'stage'
        ? `  ${number.get(step.name)}["${label}"]`
        : `  ${number.get(step.name)}[/"${label}"/]`,
    );
  }
  for (const step of steps) {
    for (const name of needs(step))
      lines.push(`  ${number.get(name)} ${edge(step, name)} ${number.get(step.name)}`);
  }
  return `${lines.join('\n')}\n`;
}

/** A bare arrow for the standard output into the standard input; the names of anything else. */
function edge(step: Step, from: string): string {
  const labels = Object.entries(step.inputs).flatMap(([input, source]) => {
    if (!('step' in source) || source.step !== from) return [];
    const parts = [...(source.output === 'out' ? [] : [source.output]), ...(input === 'in' ? [] : [input])];
    return parts.length > 0 ? [parts.join(' → ')] : [];
  });
  return labels.length > 0 ? `-->|${labels.join(', ')}|` : '-->';
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '#quot;').replaceAll('<', '&lt;');

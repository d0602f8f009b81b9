import { writeFileSync } from 'node:fs';
import { loadStage, stageNames } from '../src/cli/catalog.ts';
import { flagsOf, type Flag } from '../src/cli/flags.ts';
import { flagOf, valueText } from '../src/options.ts';
import type { AnyStage } from '../src/stage.ts';

/** The reference of all stages as Markdown, from their declarations. */
export async function writeReference(): Promise<string> {
  const sections = await Promise.all(
    stageNames.map(async (name) => section(name, (await loadStage(name)).stage)),
  );
  return `# The stages\n\nMade by \`npm run reference\` from the stages' declarations.\n${sections.join('')}`;
}

function section(name: string, stage: AnyStage): string {
  const rows = flagsOf(stage).map((flag) => `| ${cells(flag).join(' | ')} |\n`);
  const table = `\n| in YAML | in a shell | | default |\n| --- | --- | --- | --- |\n${rows.join('')}`;
  return `
## ${name}

${stage.summary}. Reads ${stage.reads.name}, writes ${stage.writes.name}.

\`\`\`
${stage.example}
\`\`\`
${rows.length > 0 ? table : ''}`;
}

function cells({ name, description, choices, default: byDefault, required }: Flag): string[] {
  const meaning = choices ? `${description}: ${choices.join(', ')}` : description;
  const value = required ? 'needed' : byDefault === undefined ? '' : `\`${valueText(byDefault)}\``;
  return [`\`${name}\``, `\`--${flagOf(name)}\``, meaning.replaceAll('|', '\\|'), value];
}

if (process.argv[1] === import.meta.filename) writeFileSync('STAGES.md', await writeReference());

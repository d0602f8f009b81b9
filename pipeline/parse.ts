import { basename, extname } from 'node:path';
import type { Node } from 'yaml';
import { suggest } from '../src/nearest.ts';
import type { Experiment, StageCatalog, Step } from './experiment.ts';
import { orderSteps } from './graph.ts';
import { readParams, substitute, type Overrides } from './params.ts';
import { failure, success, type Result } from './problem.ts';
import { parseStep } from './step.ts';
import { YamlFile } from './yaml-file.ts';

/** Parses an experiment's YAML. Every mistake in it is found before any is told. */
export async function parseExperiment(
  file: string,
  text: string,
  { catalog, overrides }: { catalog: StageCatalog; overrides: Overrides },
): Promise<Result<Experiment>> {
  const yaml = new YamlFile(file, text);
  if (yaml.problems.length > 0) return failure(...yaml.problems);
  const root = yaml.map(yaml.root, 'an experiment');
  if (root === undefined) return failure(...yaml.problems);
  for (const [name, { key }] of root) {
    if (!KEYS.includes(name)) yaml.complain(key, `unknown key "${name}"`, suggest(name, KEYS));
  }

  const { params, problems } = readParams(yaml, root.get('params')?.value ?? null, overrides);
  const steps = root.get('steps')?.value ?? null;
  if (steps === null)
    yaml.complain(yaml.root, 'an experiment without steps', 'steps: { NAME: { stage: … } }');
  else substitute(yaml, steps, params);

  const parsed = steps === null ? [] : await parseSteps(yaml, steps, catalog);
  const ordered = orderSteps(parsed);
  problems.push(...yaml.problems, ...(ordered.ok ? [] : ordered.problems));
  if (problems.length > 0 || !ordered.ok) return failure(...problems);
  return success({ name: basename(file, extname(file)), file, params, steps: ordered.value });
}

const KEYS = ['params', 'steps'];

/** The steps that could be made sense of; a complaint for each of the others. */
async function parseSteps(yaml: YamlFile, node: Node, catalog: StageCatalog): Promise<Step[]> {
  const entries = yaml.map(node, 'steps');
  if (entries === undefined) return [];
  if (entries.size === 0) yaml.complain(node, 'an experiment without steps', 'NAME: { stage: … }');
  const steps: Step[] = [];
  for (const [name, entry] of entries) {
    if (!/^[A-Za-z][\w-]*$/.test(name)) {
      yaml.complain(entry.key, `"${name}" can't name a step`, 'letters, digits, _ and -, a letter first');
      continue;
    }
    const step = await parseStep(yaml, { name, ...entry }, catalog);
    if (step !== undefined) steps.push(step);
  }
  checkSources(yaml, steps, [...entries.keys()]);
  for (const step of steps) checkFileNames(yaml, step);
  return steps;
}

/** Complains of outputs that would replace each other among the results, or the record of the run. */
function checkFileNames(yaml: YamlFile, { name, outputs, at }: Step): void {
  const fileNames = ['run.json', ...outputs.map(({ fileName }) => fileName)];
  const twice = fileNames.find((fileName, i) => fileNames.indexOf(fileName) < i);
  if (twice === undefined) return;
  yaml.problems.push({
    message: `step "${name}" would write ${twice}, which another file is called`,
    at,
    hint: 'give it another name or extension',
  });
}

/** Complains of inputs that name no step, or an output that the step doesn't have. */
function checkSources(yaml: YamlFile, steps: readonly Step[], names: readonly string[]): void {
  const byName = new Map(steps.map((step) => [step.name, step]));
  for (const source of steps.flatMap((step) => Object.values(step.inputs))) {
    if (!('step' in source)) continue;
    const { at } = source;
    if (!names.includes(source.step)) {
      const path = source.output === 'out' ? source.step : `${source.step}.${source.output}`;
      const hint = `${suggest(source.step, names)} (a file's path has a slash: ./${path})`;
      yaml.problems.push({ message: `no step "${source.step}"`, at, hint });
      continue;
    }
    const outputs = byName.get(source.step)?.outputs;
    if (outputs === undefined) continue; // that step is wrong itself, and was complained of
    const output = outputs.find(({ name }) => name === source.output);
    if (output === undefined) {
      const message = `${source.step} has no output "${source.output}"`;
      yaml.problems.push({
        message,
        at,
        hint: suggest(
          source.output,
          outputs.map(({ name }) => name),
        ),
      });
    } else if (output.kind === 'folder') {
      yaml.problems.push({
        message: `${source.step}.${source.output} is a folder, where a file is needed`,
        at,
      });
    }
  }
}

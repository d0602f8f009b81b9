import { basename, extname } from 'node:path';
import { suggest } from '../../src/nearest.ts';
import { isMap } from './check.ts';
import type { Family } from './draft.ts';
import type { Experiment, StageCatalog, Step } from '../experiment.ts';
import { orderSteps } from '../graph.ts';
import { readParams, type Overrides } from './params.ts';
import { failure, success, type Problem, type Result } from '../problem.ts';
import { linkSteps } from './sources.ts';
import { parseFamily } from './step.ts';
import { YamlFile } from './yaml-file.ts';

/** Parses an experiment's YAML. Every mistake in it is found before any is told. */
export async function parseExperiment(
  file: string,
  text: string,
  { catalog, overrides }: { catalog: StageCatalog; overrides: Overrides },
): Promise<Result<Experiment>> {
  const yaml = new YamlFile(file, text);
  if (yaml.problems.length > 0) return failure(...yaml.problems);
  const root = yaml.data;
  if (!isMap(root)) {
    yaml.complain([], { message: 'an experiment must be a map of names to values' });
    return failure(...yaml.problems);
  }
  for (const name of Object.keys(root)) {
    if (!KEYS.includes(name))
      yaml.complain({ key: [name] }, { message: `unknown key "${name}"`, hint: suggest(name, KEYS) });
  }
  const { params, problems } = readParams(yaml, root['params'] ?? {}, overrides);
  const families: Family[] = [];
  for (const [name, written] of Object.entries(stepsOf(yaml, root['steps'] ?? null)))
    families.push(await parseFamily(name, written, { yaml, params, catalog }));
  const steps = linkSteps(yaml, families);
  checkFileNames(yaml, steps);

  const ordered = orderSteps(steps);
  problems.push(...[...yaml.problems, ...(ordered.ok ? [] : ordered.problems)].toSorted(byPlace));
  if (problems.length > 0 || !ordered.ok) return failure(...problems);
  return success({ name: basename(file, extname(file)), file, params, steps: ordered.value });
}

const byPlace = ({ at: a }: Problem, { at: b }: Problem): number =>
  (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);

const KEYS = ['params', 'steps'];

function stepsOf(yaml: YamlFile, steps: unknown): Readonly<Record<string, unknown>> {
  const isNone = steps === null || (isMap(steps) && Object.keys(steps).length === 0);
  if (isNone)
    yaml.complain(steps === null ? [] : ['steps'], {
      message: 'an experiment without steps',
      hint: 'steps: { NAME: { stage: … } }',
    });
  else if (!isMap(steps)) yaml.complain(['steps'], { message: 'steps must be a map of names to values' });
  return isMap(steps) ? steps : {};
}

/** What a file system takes as a name, in bytes. */
const LONGEST_NAME = 255;

/** Complains of outputs that would replace each other among the results, or the record of the run, or that can't lie there. */
function checkFileNames(yaml: YamlFile, steps: readonly Step[]): void {
  const owners = new Map([['run.json', 'the record of the run']]);
  const told = new Set<string>(); // of each matrix only the first of its steps
  for (const { name, family, outputs } of steps) {
    for (const { fileName } of outputs) {
      const owner = owners.get(fileName);
      owners.set(fileName, `step "${name}"`);
      const isLong = Buffer.byteLength(fileName) > LONGEST_NAME;
      if ((owner === undefined && !isLong) || told.has(family)) continue;
      told.add(family);
      const message = isLong
        ? `a file name of more than ${LONGEST_NAME} bytes: ${fileName}`
        : `step "${name}" would write ${fileName}, as ${owner} does`;
      yaml.complain(
        { key: ['steps', family] },
        { message, hint: `give it ${isLong ? 'a shorter' : 'another'} name or extension` },
      );
    }
  }
}

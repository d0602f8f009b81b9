import * as v from 'valibot';
import { choice, integer, list, pattern, roleOf, text } from '../../src/options.ts';
import type { AnyStage } from '../../src/stage.ts';
import { duration, memory } from './quantity.ts';

// What an experiment's file may hold. Both its check and the JSON Schema for editors come from here.

const NAME = 'letters, digits, _ and -, a letter first';
const A_MAP = 'expected a map of names to values';

/** Names to values. */
function map<K extends v.GenericSchema<string, string>, T extends v.GenericSchema>(names: K, values: T) {
  const record = v.record(names, values, A_MAP);
  const none = v.never(A_MAP);
  // To valibot a list is a map, too, whose names are 0, 1, …
  const run: (typeof record)['~run'] = (dataset, config) =>
    Array.isArray(dataset.value) ? none['~run'](dataset, config) : record['~run'](dataset, config);
  return { ...record, '~run': run };
}

const filled = (example: string, description: string) =>
  pattern(/\S/, `text, such as ${example}`, description);

const bound = (description: string) =>
  v.pipe(v.number('expected a number'), v.finite('expected a number'), v.description(description));
const scalar = v.union(
  [v.string(), v.pipe(v.number(), v.finite()), v.boolean(), v.null()],
  'expected text, a number, true or false',
);
/** What a parameter, or one value of a matrix, may be. */
export const paramValue = v.union(
  [scalar, v.array(scalar)],
  'expected text, a number, true or false, or a list of these',
);

export const PARAM_TYPES = ['integer', 'number', 'boolean', 'text', 'list'] as const;
export type ParamType = (typeof PARAM_TYPES)[number];

/** A parameter that is declared in full. */
export const PARAM = {
  type: v.optional(choice(PARAM_TYPES, 'what its value must be')),
  default: v.optional(v.unknown()),
  min: v.optional(bound('the least that it may be')),
  max: v.optional(bound('the most that it may be')),
  choices: v.optional(list(scalar, 'all that it may be')),
  description: v.optional(text('what it is for')),
};

export const stepName = pattern(/^[A-Za-z][\w-]*$/, NAME, 'name of a step');

const source = filled(
  'STEP, STEP.OUTPUT or ./a/path',
  'STEP, STEP.OUTPUT, or a path: anything with a slash in it',
);
const variable = pattern(/^[A-Za-z_]\w*$/, 'letters, digits and _, no digit first', 'name of a variable');
const outputName = pattern(
  /^(?!out$)[A-Za-z][\w-]*$/,
  `${NAME}; not out, the standard output`,
  'name of an output',
);
const innerPath = pattern(
  /^(?!\/|([\s\S]*\/)?\.\.(\/|$))[\s\S]*[^/.][\s\S]*$/,
  'a relative path without ..',
  "path in the command's working folder",
);

/** What a matrix is, once the parameters stand in their places. */
export const MATRIX = v.pipe(
  map(variable, list(paramValue, 'values of one name')),
  v.minEntries(1, 'expected a map that is not empty'),
  v.description('names and their values: the step becomes one for each combination'),
);

const COMMON = {
  in: v.optional(source),
  extension: v.optional(
    pattern(/^\w[\w.-]*$/, 'letters, digits, _, - and ., such as txt', "the end of the output's file name"),
  ),
  matrix: v.optional(MATRIX),
  retries: v.optional(integer(0, 'how many times more it is tried after it failed'), 0),
  timeout: v.optional(duration('how long one try may take: 90s, 10m, 2h')),
  cores: v.optional(integer(1, 'how many cores it keeps busy'), 1),
  memory: v.optional(memory('how much memory it needs: 512 MB, 1.5 GiB')),
};

/** A step that runs a stage. `with` is checked by the stage's own declaration. */
export const STAGE_STEP = {
  stage: filled('decode', 'name of a stage, or path of a module that is one'),
  with: v.optional(v.unknown()),
  ...COMMON,
};

/** A step that runs a command. */
export const COMMAND_STEP = {
  command: filled('"sort | uniq -c"', 'what bash runs, from standard input to standard output'),
  env: v.optional(
    v.pipe(
      v.union(
        [v.array(variable), map(variable, scalar)],
        'expected a list of names, or a map of names to values',
      ),
      v.description('environment variables that decide what it writes: names, or names and values'),
    ),
  ),
  secrets: v.optional(
    v.pipe(
      v.array(variable, 'expected a list of names'),
      v.description('environment variables that it needs and that decide nothing'),
    ),
  ),
  files: v.optional(
    v.pipe(
      v.union(
        [v.array(filled('./a/path', 'a path')), map(innerPath, source)],
        'expected a list of paths, or a map of paths in the working folder to STEP, STEP.OUTPUT or ./a/path',
      ),
      v.description(
        'files and folders that it reads: paths, or paths in its working folder and what lies there',
      ),
    ),
  ),
  outputs: v.optional(
    v.pipe(
      map(outputName, innerPath),
      v.description(
        'what it writes besides: names, and paths in its working folder; a folder ends in a slash',
      ),
    ),
  ),
  ...COMMON,
};

/** The options of a stage that a step gives: all but its outputs. */
export const givenOptions = (stage: AnyStage): Record<string, v.GenericSchema> =>
  Object.fromEntries(
    Object.entries(stage.options).filter(([, option]) => !['output', 'shell'].includes(roleOf(option).role)),
  );

import { writeFileSync } from 'node:fs';
import { toJsonSchema, type JsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import {
  COMMAND_STEP,
  givenOptions,
  PARAM,
  paramValue,
  STAGE_STEP,
  stepName,
} from '../pipeline/yaml/grammar.ts';
import { loadStage, stageNames } from '../src/cli/catalog.ts';
import type { AnyStage } from '../src/stage.ts';

/** The parts of a JSON Schema that are looked at here. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | false;
  readonly [keyword: string]: unknown;
}

/** The JSON Schema of experiments, for editors, from the grammar that the runner checks them by. */
export async function writeSchema(): Promise<string> {
  const stages = await Promise.all(
    stageNames.map(async (name) => [name, (await loadStage(name)).stage] as const),
  );
  const steps = {
    type: 'object',
    minProperties: 1,
    propertyNames: convert(stepName),
    additionalProperties: ref('step'),
  };
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'An experiment of Sluice',
    description: "Made by `npm run schema` from the runner's grammar and the stages' declarations.",
    type: 'object',
    properties: {
      params: { type: ['object', 'null'], additionalProperties: ref('param') },
      steps,
    },
    required: ['steps'],
    additionalProperties: false,
    definitions: {
      parameter: { type: 'string', pattern: '\\$\\{[^}]*\\}' },
      param: { anyOf: [convert(paramValue), convert(v.strictObject(PARAM))] },
      step: { type: 'object', ...when({ required: ['command'] }, ref('command'), ref('stage')) },
      command: orParameter(convert(v.strictObject(COMMAND_STEP))),
      stage: stageStep(stages),
      ...Object.fromEntries(stages.map(([name, stage]) => [optionsOf(name), options(stage)])),
    },
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

const ref = (name: string): Schema => ({ $ref: `#/definitions/${name}` });
const when = (condition: Schema, met: Schema, otherwise?: Schema): Schema =>
  // oxlint-disable-next-line unicorn/no-thenable -- a word of JSON Schema
  ({ if: condition, then: met, else: otherwise });
const optionsOf = (stage: string): string => `with-${stage}`;

const convert = (schema: v.GenericSchema): Schema => {
  const { $schema: _, ...converted } = toJsonSchema(schema, {
    typeMode: 'input',
    overrideAction({ valibotAction: { type }, jsonSchema }) {
      if (type === 'finite') return jsonSchema; // as every number in JSON
      if (type !== 'metadata') return undefined;
      const { role: _role, ...known } = jsonSchema as JsonSchema & { role?: unknown }; // the runner's word, not JSON Schema's
      return known;
    },
  });
  return converted as object as Schema;
};

/** A step that runs a stage: what else it needs and may have depends on which one. */
function stageStep(stages: readonly (readonly [string, AnyStage])[]): Schema {
  const step = orParameter(convert(v.strictObject(STAGE_STEP)));
  const { stage, ...others } = step.properties!;
  const name = { anyOf: [{ enum: stages.map(([name]) => name) }, { pattern: '/' }, ref('parameter')] };
  const rules = stages.map(([name, { reads, options }]) => {
    const isNeeded = Object.values(options).some((option) => option.type !== 'optional');
    const properties = {
      with: ref(optionsOf(name)),
      ...(reads.name === 'nothing' ? { in: { not: {} } } : {}),
    };
    const required = [...(isNeeded ? ['with'] : []), ...(reads.name === 'nothing' ? [] : ['in'])];
    return when({ properties: { stage: { const: name } }, required: ['stage'] }, { properties, required });
  });
  return { ...step, properties: { stage: { ...stage, ...name }, ...others }, allOf: rules };
}

/** What stands under `with`; it may be left empty. */
const options = (stage: AnyStage): Schema => ({
  ...orParameter(convert(v.strictObject(givenOptions(stage)))),
  type: ['object', 'null'],
});

/** A schema that also takes text with `${name}` in it for each value: only once parameters stand there is it what it should be. */
function orParameter(schema: Schema): Schema {
  if (takesText(schema)) return schema;
  if (schema.type === 'object') return orParameterWithin(schema);
  const { description, default: byDefault, ...rest } = schema;
  const alternatives = (rest.anyOf ?? [rest]).map(orParameterWithin);
  return { description, default: byDefault, anyOf: [...alternatives, ref('parameter')] };
}

function orParameterWithin(schema: Schema): Schema {
  const { items, properties = {}, additionalProperties } = schema;
  const inner = Object.entries(properties).map(([name, value]) => [name, orParameter(value)] as const);
  return {
    ...schema,
    ...(items && { items: orParameter(items) }),
    ...(inner.length > 0 && { properties: Object.fromEntries(inner) }),
    ...(additionalProperties && { additionalProperties: orParameter(additionalProperties) }),
  };
}

const takesText = ({ type, pattern = '', enum: names, anyOf = [] }: Schema): boolean =>
  (type === 'string' && names === undefined && new RegExp(pattern).test('${name}')) ||
  (type === undefined && anyOf.length === 0) ||
  anyOf.some(takesText);

if (process.argv[1] === import.meta.filename)
  writeFileSync('config/experiment.schema.json', await writeSchema());
